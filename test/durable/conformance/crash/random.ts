/** Uniform in [0, 1), and the same for the same seed: a linear congruential generator with Knuth's constants. */
export function createRandom(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 53;
  };
}
