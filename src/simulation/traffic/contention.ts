/** A container that wants to run on a node. */
export interface Contender<Who> {
  who: Who;
  /** Cores that it would use if it were alone, under its own limit. */
  demand: number;
  /** What it has requested: the kernel shares by that when there isn't enough for all. */
  request: number;
}

/** The kernel's least weight: what has requested nothing gets the rest of the rest. */
const leastWeight = 0.002;

/** The most that each may use of a node's cores; nothing is said of anybody while there is enough for all. */
export function shareCores<Who>(cores: number, contenders: readonly Contender<Who>[]): Map<Who, number> {
  const shares = new Map<Who, number>();
  const total = contenders.reduce((sum, { demand }) => sum + demand, 0);
  if (total <= cores) return shares;
  let left = cores;
  let open = [...contenders];
  for (;;) {
    const weights = open.reduce((sum, one) => sum + weightOf(one), 0);
    const fair = (one: Contender<Who>) => (left * weightOf(one)) / weights;
    const content = open.filter(one => one.demand <= fair(one));
    if (content.length === 0) {
      for (const one of open) shares.set(one.who, fair(one));
      return shares;
    }
    left -= content.reduce((sum, { demand }) => sum + demand, 0);
    open = open.filter(one => !content.includes(one));
  }
}

function weightOf({ request }: Contender<unknown>): number {
  return Math.max(request, leastWeight);
}
