const tag = /(<\/?(?:think|thinking|reasoning)>)/;

/**
 * Takes out what a model wrote to itself. A block that was never closed is reasoning to the end; one that was never
 * opened (some templates open it in the prompt) is reasoning from the start.
 */
export function stripReasoning(text: string): string {
  let kept: string[] = [];
  let opened = false;
  let inside = false;
  for (const piece of text.split(tag)) {
    if (piece.startsWith('</') && tag.test(piece)) {
      if (!opened) kept = [];
      opened = true;
      inside = false;
    } else if (tag.test(piece)) {
      opened = true;
      inside = true;
    } else if (!inside) {
      kept.push(piece);
    }
  }
  return kept.join('').trim();
}
