/** An instruction of a Dockerfile, on one line. */
export interface Instruction {
  name: string;
  /** What stands in front of the rest, such as `--from=build`. */
  flags: Record<string, string>;
  text: string;
}

/** Takes a Dockerfile apart: no comments, no lines that go on in the next one. Heredocs are not known here. */
export function parseDockerfile(file: string): Instruction[] {
  const lines = file
    .split('\n')
    .filter(line => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
  return lines.map(line => {
    const [, name = '', rest = ''] = /^([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === '' || rest.includes('<<')) throw new Error(`expected an instruction on one line, got: ${line}`);
    const [, written = '', text = ''] = /^((?:--[a-z-]+=\S+\s+)*)(.*)$/.exec(rest) ?? [];
    const flags = [...written.matchAll(/--([a-z-]+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value]);
    return { name: name.toUpperCase(), flags: Object.fromEntries(flags), text };
  });
}

/** The form in which no shell takes part: `["node", "--version"]`. */
export function words(text: string): string[] {
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value) && value.every(word => typeof word === 'string')) return value;
  throw new Error(`expected a list of words, got: ${text}`);
}
