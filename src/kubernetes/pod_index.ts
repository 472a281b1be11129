import { type NodeFacts, type NodeLoad, noRoom, plus, type Room } from './node_load.ts';

/**
 * Which pod requests how much of which node, and nothing else: for clusters whose pods are too many to be read for
 * every question. A pod costs the text of its uid and twelve bytes; what it requests is kept once for all that
 * request the same.
 */
export interface PodIndex {
  putNode(facts: NodeFacts): void;
  removeNode(name: string): void;
  /** A pod that counts for a node. */
  putPod(uid: string, node: string, requested: Room): void;
  removePod(uid: string): void;
  /** From here to `forgetUnseen`, all that is there is put again. */
  readAnew(what: 'nodes' | 'pods'): void;
  /** What was not put since `readAnew` is there no longer. */
  forgetUnseen(what: 'nodes' | 'pods'): void;
  /** In the order of the names. */
  loads(): NodeLoad[];
  size(): { nodes: number; pods: number };
}

const firstSlots = 1_024;

export function createPodIndex(): PodIndex {
  const nodes = new Map<string, { facts: NodeFacts; round: number }>();
  const names = createInterning<string>(String);
  const shapes = createInterning<Room>(({ cpu, memory, storage }) => `${cpu} ${memory} ${storage}`);
  /** By the number of the node's name. */
  const requested: Room[] = [];
  const slots = new Map<string, number>();
  const free: number[] = [];
  /** For each slot: its node, its shape, and the round in which it was last put. */
  let columns = columnsOf(firstSlots);
  let used = 0;
  const rounds = { nodes: 0, pods: 0 };

  function count(slot: number, times: 1 | -1): void {
    const node = columns.node[slot]!;
    requested[node] = plus(requested[node] ?? noRoom, shapes.at(columns.shape[slot]!), times);
  }

  function newSlot(): number {
    const slot = free.pop() ?? used++;
    if (slot >= columns.node.length) columns = columnsOf(columns.node.length * 2, columns);
    return slot;
  }

  function removePod(uid: string): void {
    const slot = slots.get(uid);
    if (slot === undefined) return;
    count(slot, -1);
    slots.delete(uid);
    free.push(slot);
  }

  return {
    putNode: facts => void nodes.set(facts.name, { facts, round: rounds.nodes }),
    removeNode: name => void nodes.delete(name),
    putPod(uid, node, room) {
      removePod(uid);
      const slot = newSlot();
      slots.set(uid, slot);
      columns.node[slot] = names.numberOf(node);
      columns.shape[slot] = shapes.numberOf(room);
      columns.round[slot] = rounds.pods;
      count(slot, 1);
    },
    removePod,
    readAnew(what) {
      rounds[what] += 1;
    },
    forgetUnseen(what) {
      if (what === 'nodes') {
        for (const [name, { round }] of nodes) if (round !== rounds.nodes) nodes.delete(name);
      } else {
        for (const [uid, slot] of slots) if (columns.round[slot] !== rounds.pods) removePod(uid);
      }
    },
    loads() {
      const sorted = [...nodes.values()].sort((a, b) => (a.facts.name < b.facts.name ? -1 : 1));
      return sorted.map(({ facts }) => ({ ...facts, requested: requested[names.numberOf(facts.name)] ?? noRoom }));
    },
    size: () => ({ nodes: nodes.size, pods: slots.size }),
  };
}

interface Columns {
  node: Uint32Array;
  shape: Uint32Array;
  round: Uint32Array;
}

function columnsOf(length: number, before?: Columns): Columns {
  const column = (old?: Uint32Array) => {
    const grown = new Uint32Array(length);
    if (old) grown.set(old);
    return grown;
  };
  return { node: column(before?.node), shape: column(before?.shape), round: column(before?.round) };
}

/** Gives everything that is the same one number, and what has a number back. */
function createInterning<T>(keyOf: (value: T) => string) {
  const numbers = new Map<string, number>();
  const values: T[] = [];
  return {
    numberOf(value: T): number {
      const key = keyOf(value);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, values.length);
      return values.push(value) - 1;
    },
    at: (number: number): T => values[number]!,
  };
}
