/** Objects and arrays nested deeper than this are nobody's tool call. */
const deepest = 64;

/**
 * Where the JSON object or array that opens at `start` ends (exclusive); `missing` holds the brackets that a model
 * forgot to close at the end of the text. `undefined` when the brackets don't match. Looks at each character once.
 */
export function jsonExtent(text: string, start: number): { end: number; missing: string } | undefined {
  const open: string[] = [];
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at]!;
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"') {
      inString = true;
    } else if (char === '{' || char === '[') {
      open.push(char === '{' ? '}' : ']');
      if (open.length > deepest) return undefined;
    } else if (char === '}' || char === ']') {
      if (open.pop() !== char) return undefined;
      if (open.length === 0) return { end: at + 1, missing: '' };
    }
  }
  return inString ? undefined : { end: text.length, missing: open.reverse().join('') };
}
