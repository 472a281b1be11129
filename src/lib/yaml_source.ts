import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { AlertwrightError, exitCodes, messageOf } from './errors.ts';

/** What a YAML file says, and where in it each key stands. */
export interface YamlSource {
  value: unknown;
  /** "file:line:column" of the key at the path, or of the nearest key above it that is there. */
  positionOf(path: readonly PropertyKey[]): string;
}

/** Throws AlertwrightError, with line and column, when the text is not YAML. */
export function readYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw broken(at(error.pos[0]), error.message);

  return {
    value: plainValue(() => document.toJS(), file),
    positionOf: path => at(offsetOf(document.contents, path)),
  };
}

function offsetOf(contents: Node | null, path: readonly PropertyKey[]): number {
  let offset = contents?.range?.[0] ?? 0;
  let node: unknown = contents;
  for (const key of path) {
    const child = childAt(node, key);
    if (!child) return offset;
    offset = child.named.range?.[0] ?? offset;
    node = child.value;
  }
  return offset;
}

/** What lies at a key or an index, and the node that shows where that is. */
function childAt(node: unknown, key: PropertyKey): { named: Node; value: unknown } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isNode(item) ? { named: item, value: item } : undefined;
  }
  const pair = isMap(node) ? node.items.find(item => isScalar(item.key) && item.key.value === key) : undefined;
  return pair && { named: pair.key as Node, value: pair.value };
}

function plainValue(read: () => unknown, file: string): unknown {
  try {
    return read();
  } catch (error) {
    throw broken(file, messageOf(error));
  }
}

function broken(where: string, problem: string): AlertwrightError {
  return new AlertwrightError('yaml', `${where}: expected YAML, got: ${problem.split('\n')[0]}`, {
    remedy: 'Mind the indentation, and quote values that hold a colon or begin with a special character.',
    exitCode: exitCodes.config,
  });
}
