// Networks of the run's own, in which cables can be cut. Each node is in a namespace with two
// interfaces: clients come by the front, other nodes and the database by the back. Both lead to the
// namespace of the run, which passes on what goes from one back to another, as a router would.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

const names = '/run/netns'; // where `ip` keeps the names of namespaces
const inside = 'SALON_CRASH_NETWORK';
const databasePort = 5432;

const run = (program, ...words) => execFileSync(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
const can = (program, ...words) => spawnSync(program, words, { stdio: 'ignore' }).status === 0;

/// Why there can be none here; empty where there can.
export function lackOfNetwork() {
  if (process.getuid() !== 0) return 'networks of its own are for root';
  if (!can('ip', '-V') || !can('nft', '--version'))
    return 'iproute2 or nftables are not installed: ./dev setup test';
  return can('unshare', '--net', '--mount', 'true') ? '' : 'no namespaces can be made here';
}

/// Runs this program again in a network of its own, and ends as it does. Returns in that one.
/// Everything in it goes with it, whatever becomes of it.
export function enterNetwork() {
  if (process.env[inside]) return;
  mkdirSync(names, { recursive: true });
  const words = ['--net', '--mount', 'sh', '-c', `mount -t tmpfs names ${names} && exec "$0" "$@"`];
  const { status } = spawnSync('unshare', [...words, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [inside]: 'yes' },
  });
  process.exit(status ?? 2);
}

export class Network {
  /// Of the run, for everybody in it.
  address = '10.7.0.1';

  constructor(nodes) {
    run('ip', 'link', 'set', 'lo', 'up');
    run('ip', 'address', 'add', `${this.address}/32`, 'dev', 'lo');
    for (let i = 0; i < nodes; ++i) this.#connect(i);
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
    const chain = (x) => `chain ${x} { type filter hook ${x} priority 0; };`;
    run('nft', `table inet cut { ${['forward', 'input', 'output'].map(chain).join(' ')} }`);
  }

  /// The words that start a program at node `i`.
  at(i) {
    return ['ip', 'netns', 'exec', `node-${i}`];
  }

  /// Where clients find node `i`, and other nodes do.
  front(i) {
    return `10.8.${i}.2`;
  }

  back(i) {
    return `10.9.${i}.2`;
  }

  /// Cuts node `i` off from the others, and from the database if `isAll`. By `drop`, what is sent is
  /// lost without a word; by `reset`, it is answered as if the other side had no such connection.
  cut(i, how, isAll) {
    const fate = { drop: 'drop', reset: 'reject with tcp reset' }[how];
    const rule = (chain, words) => run('nft', `add rule inet cut ${chain} ${words} ${fate}`);
    rule('forward', `meta l4proto tcp iifname back-${i}`);
    rule('forward', `meta l4proto tcp oifname back-${i}`);
    if (!isAll) return;
    rule('input', `iifname back-${i} tcp dport ${databasePort}`);
    rule('output', `oifname back-${i} tcp sport ${databasePort}`);
  }

  heal() {
    run('nft', 'flush', 'table', 'inet', 'cut');
  }

  #connect(i) {
    const there = `node-${i}`;
    run('ip', 'netns', 'add', there);
    run('ip', '-n', there, 'link', 'set', 'lo', 'up');
    for (const [side, net] of [
      ['front', `10.8.${i}`],
      ['back', `10.9.${i}`],
    ]) {
      const here = `${side}-${i}`;
      run('ip', 'link', 'add', here, 'type', 'veth', 'peer', 'name', side, 'netns', there);
      run('ip', 'address', 'add', `${net}.1/24`, 'dev', here);
      run('ip', 'link', 'set', here, 'up');
      run('ip', '-n', there, 'address', 'add', `${net}.2/24`, 'dev', side);
      run('ip', '-n', there, 'link', 'set', side, 'up');
    }
    run('ip', '-n', there, 'route', 'add', 'default', 'via', `10.9.${i}.1`);
  }
}
