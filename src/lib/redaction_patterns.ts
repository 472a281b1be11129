import { createContext, Script } from 'node:vm';
import { AlertwrightError, exitCodes, messageOf } from './errors.ts';

export interface Patterns {
  hide(text: string, placeholder: (kind: string, secret: string) => string): string;
}

/** For one text and all patterns. A pattern that takes longer is one that runs away. */
const longestMs = 200;

/**
 * What a configuration adds. A regular expression can take longer than the universe lasts, so they run with a time
 * limit, and a text that they don't get through is withheld whole: not to know is no reason to show it.
 */
export function createConfigured(patterns: readonly string[]): Patterns {
  const finds = patterns.map((pattern, index) => compiled(pattern, `redaction.patterns.${index}`));
  const context = createContext({ text: '', finds, found: [] });
  const script = new Script('found = finds.map(find => [...text.matchAll(find)].map(match => match[1] ?? match[0]))');

  return {
    hide(text, placeholder) {
      try {
        context['text'] = text;
        script.runInContext(context, { timeout: longestMs });
        const found = (context['found'] as string[][]).flat().filter(secret => secret !== '');
        const unique = [...new Set(found)].sort((a, b) => b.length - a.length);
        return unique.reduce((rest, secret) => rest.replaceAll(secret, () => placeholder('configured', secret)), text);
      } catch {
        return '[withheld: a pattern of redaction.patterns took too long on this text]';
      }
    },
  };
}

/** Whether it is a regular expression that finds something, and not everything. */
export function isPattern(pattern: string): boolean {
  try {
    compiled(pattern, '');
    return true;
  } catch {
    return false;
  }
}

function compiled(pattern: string, key: string): RegExp {
  const find = expressionOf(pattern, key);
  if (''.search(find) === 0) throw unusable(key, pattern, 'it finds nothing at all everywhere');
  return find;
}

function expressionOf(pattern: string, key: string): RegExp {
  try {
    return new RegExp(pattern, 'gu');
  } catch (error) {
    throw unusable(key, pattern, messageOf(error));
  }
}

function unusable(key: string, pattern: string, why: string): AlertwrightError {
  return new AlertwrightError('config', `${key}: expected a regular expression, got ${pattern.slice(0, 80)}: ${why}`, {
    remedy: 'Write it as JavaScript does; a group, where there is one, says which part is hidden.',
    exitCode: exitCodes.config,
  });
}
