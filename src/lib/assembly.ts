/** Takes in how a part ends, as soon as the part is there. */
export type Keep = (end: () => unknown) => void;

/**
 * Builds something of parts. Its `close` ends them, the last first; when one of them can't be built, those before it are
 * ended at once.
 */
export async function assemble<T extends object>(
  build: (keep: Keep) => Promise<T>,
): Promise<T & { close(): Promise<void> }> {
  const ends: (() => unknown)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(end => ends.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}
