import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../lib/package_root.ts';

/** Fills a prompt of prompts/NAME.md. Every placeholder has to be given, and no other. */
export type Prompts = (name: string, values: Record<string, string>) => string;

export function loadPrompts(folder = join(packageRoot, 'prompts')): Prompts {
  const loaded = new Map<string, { body: string; placeholders: string[] }>();
  return (name, values) => {
    const prompt = loaded.get(name) ?? read(join(folder, `${name}.md`));
    loaded.set(name, prompt);
    return fill(name, prompt, values);
  };
}

function read(file: string): { body: string; placeholders: string[] } {
  const text = readFileSync(file, 'utf8');
  const [, head, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
  if (head === undefined || body === undefined)
    throw new Error(`${file}: expected front matter between two lines of ---`);
  const { placeholders = '' } = parse(head) as { placeholders?: string };
  return { body: body.trim(), placeholders: placeholders.split(/,\s*/).filter(Boolean) };
}

function fill(name: string, prompt: { body: string; placeholders: string[] }, values: Record<string, string>): string {
  const given = Object.keys(values).sort().join(', ');
  const wanted = prompt.placeholders.toSorted().join(', ');
  if (given !== wanted) throw new Error(`prompts/${name}.md: expected values for ${wanted}, got ${given}`);
  return prompt.body.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
}
