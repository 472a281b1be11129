/** What became of a `sh -c` script: what it printed, how long it took, and how it ended. */
export interface ShellResult {
  lines: string[];
  /** Those of them that went to its standard error. */
  complaints: string[];
  seconds: number;
  code: number;
}

/**
 * Enough of a shell for the one-liners that people put into manifests: `echo`, `sleep`, `exit`, `true` and `false`,
 * joined by `;` and `&&`. Anything else is a command that the image doesn't have.
 */
export function runShell(script: string): ShellResult {
  const result: ShellResult = { lines: [], complaints: [], seconds: 0.1, code: 0 };
  for (const [, joint, statement] of script.matchAll(/(;|&&|^)\s*([^;&]*)/g)) {
    if (joint === '&&' && result.code !== 0) continue;
    const [command = '', ...args] = (statement ?? '').trim().split(/\s+/);
    if (command === '') continue;
    if (command === 'exit') return { ...result, code: Number(args[0] ?? result.code) & 255 };
    runCommand(command, args, result);
  }
  return result;
}

function runCommand(command: string, args: string[], result: ShellResult): void {
  result.code = 0;
  if (command === 'echo') result.lines.push(args.join(' ').replaceAll(/["']/g, ''));
  else if (command === 'sleep') result.seconds += args[0] === 'infinity' ? Infinity : Number(args[0]) || 0;
  else if (command === 'false') result.code = 1;
  else if (command !== 'true') {
    const complaint = `sh: ${command}: not found`;
    result.lines.push(complaint);
    result.complaints.push(complaint);
    result.code = 127;
  }
}
