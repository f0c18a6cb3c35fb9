// Several nodes of one cluster under measurement, as one server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const patience = 20_000;

/// Nodes on this machine's loopback that know each other by certificates in a folder of their own.
export class RunningCluster {
  #nodes = [];
  #folder = mkdtempSync(join(tmpdir(), 'salon-bench-'));

  get urls() {
    return this.#nodes.flatMap((node) => node.urls);
  }

  get pids() {
    return this.#nodes.flatMap((node) => node.pids);
  }

  /// Starts `count` nodes, one after the other, by `startNode(options, variables)`; each sees all
  /// others when this returns. Their names, and so the homes of rooms, are the same each time.
  async grow(count, startNode) {
    let first = [];
    for (let n = 1; n <= count; n++) {
      const options = ['--cluster-listen', '127.0.0.1:0', '--cluster-name', `node-${n}`, ...first];
      const node = await startNode(options, { XDG_STATE_HOME: this.#folder });
      this.#nodes.push(node);
      if (n === 1) first = ['--cluster-join', `127.0.0.1:${await clusterPortOf(node)}`];
    }
    const late = Date.now() + patience;
    for (const node of this.#nodes)
      while ((await nodesSeenBy(node)) !== count) {
        if (Date.now() > late) throw new Error(`${node.name} never saw ${count} nodes`);
        await pause(50);
      }
  }

  /// Ends all, at once those that do not end by themselves.
  async stop() {
    await Promise.all(this.#nodes.map((node) => node.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const clusterPortOf = (node) => node.says(/cluster joined .*address=127\.0\.0\.1:(\d+)/);

async function nodesSeenBy(node) {
  const metrics = await (await fetch(`http://127.0.0.1:${node.port}/metrics`)).text();
  return Number(metrics.match(/^salon_nodes (\d+)/m)?.[1]);
}
