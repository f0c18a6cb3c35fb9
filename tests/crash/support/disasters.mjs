// What happens to a cluster, by its name on the command line. Each makes sure that it has happened.
// The rooms that were at home on `node` are so elsewhere, and clients there have noticed.
async function goElsewhere({ cluster, service, until }, rooms, node, living) {
  const haveMoved = () => rooms.every((x) => (cluster.homes().get(x) ?? node.name) !== node.name);
  await until('its rooms are at home elsewhere', haveMoved);
  const since = service.now();
  await until('they are served there', () => service.isThere(rooms, living, since));
}

/// A node is gone without a word, and comes back when its rooms are at home elsewhere.
async function kill(scene) {
  const { cluster, strike } = scene;
  for (const node of cluster.nodes) {
    const rooms = cluster.roomsOf(node);
    await strike(`kill -9 of ${node.name}`, node, rooms, async (living) => {
      node.server.signal('SIGKILL');
      await node.server.ended;
      await goElsewhere(scene, rooms, node, living);
      await cluster.startNode(node);
    });
  }
}

/// A home stands still for so long that its rooms go elsewhere, and then goes on as if nothing had
/// been.
async function freeze(scene) {
  const { cluster, until, strike } = scene;
  const [node] = cluster.nodes;
  const rooms = cluster.roomsOf(node);
  await strike(`SIGSTOP and SIGCONT of ${node.name}`, node, rooms, async (living, haveLeft) => {
    const mark = node.mark;
    node.server.signal('SIGSTOP');
    await goElsewhere(scene, rooms, node, living);
    await haveLeft();
    node.server.signal('SIGCONT');
    await until('it knows that it has lost them', () => node.hasLogged('lease lost', mark));
  });
}

/// A node hears nothing of the others until its rooms are at home elsewhere, and perhaps nothing of
/// the database.
const cut = (how, isAll) => async (scene) => {
  const { cluster, network, until, strike } = scene;
  const node = cluster.nodes[1];
  const rooms = cluster.roomsOf(node);
  const what = isAll ? 'links and database' : 'links';
  await strike(`${what} of ${node.name} cut by ${how}`, node, rooms, async (living, haveLeft) => {
    const marks = cluster.nodes.map((x) => x.mark);
    const haveLogged = (event) => cluster.nodes.every((x, i) => x.hasLogged(event, marks[i]));
    network.cut(1, how, isAll);
    await until('all know that it is away', () => haveLogged('node down'));
    await goElsewhere(scene, rooms, node, living);
    await haveLeft();
    network.heal();
    await until('they have found each other', () => haveLogged('node up'));
  });
};

/// The database is away until a node has logged `event`, or all have.
const restartDatabase = (how, event, isForAll) => async (scene) => {
  const { cluster, database, rooms, until, strike } = scene;
  const title = `${how} stop of PostgreSQL, until "${event}"`;
  await strike(title, undefined, rooms, async () => {
    const marks = cluster.nodes.map((x) => x.mark);
    const hasLogged = (x, i) => x.hasLogged(event, marks[i]);
    const isTime = () => (isForAll ? cluster.nodes.every(hasLogged) : cluster.nodes.some(hasLogged));
    await database.stop(how);
    await until('the database is missed', isTime);
    await database.start();
  });
};

/// Each node is told to stop, does so in good order, and is started again.
async function roll({ cluster, strike, until }) {
  for (const node of cluster.nodes) {
    const rooms = cluster.roomsOf(node);
    await strike(`stop and start of ${node.name}`, node, rooms, async () => {
      const mark = node.mark;
      await node.server.stop(40_000);
      if (!node.hasLogged('room moved', mark)) throw new Error('it has handed over no room');
      await cluster.startNode(node);
      await until('all nodes see each other', () => cluster.isWhole());
    });
  }
}

/// A room goes from node to node, and back.
async function move({ cluster, rooms, strike, until }) {
  const [room] = rooms;
  for (const to of [...cluster.nodes, ...cluster.nodes]) {
    const isAt = () => cluster.homes().get(room) === to.name;
    if (isAt()) continue;
    await strike(`move of ${room} to ${to.name}`, undefined, [room], async () => {
      await to.ask('move', room, to.name);
      await until('the database says so', isAt);
    });
  }
}

export const disasters = {
  kill,
  freeze,
  'drop-links': cut('drop', false),
  'drop-all': cut('drop', true),
  'reset-links': cut('reset', false),
  'reset-all': cut('reset', true),
  'restart-database': restartDatabase('fast', 'storage failed', false),
  'crash-database': restartDatabase('immediate', 'room given up', true),
  roll,
  move,
};

/// Whether it happens in a network of the run's own.
export const needsNetwork = (name) => /^(drop|reset)-/.test(name);
