import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { AlertwrightError, exitCodes, messageOf } from '../lib/errors.ts';

/** What a YAML file says, and where in it each key stands. */
export interface YamlSource {
  value: unknown;
  /** "file:line:column" of the key at the path, or of the nearest key above it that is there. */
  positionOf(path: readonly PropertyKey[]): string;
}

/** Throws AlertwrightError, with line and column, when the text is not YAML. */
export function readYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
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
    const pair = isMap(node) ? node.items.find(item => isScalar(item.key) && item.key.value === key) : undefined;
    if (!pair) return offset;
    offset = (pair.key as Node).range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}

function plainValue(read: () => unknown, file: string): unknown {
  try {
    return read();
  } catch (error) {
    throw broken(file, messageOf(error));
  }
}

function broken(where: string, problem: string): AlertwrightError {
  return new AlertwrightError('config_yaml', `${where}: expected YAML, got: ${problem.split('\n')[0]}`, {
    remedy: 'Mind the indentation, and quote values that hold a colon or begin with a special character.',
    exitCode: exitCodes.config,
  });
}
