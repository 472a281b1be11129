import { LRUCache } from 'lru-cache';
import { createConfigured, type Patterns } from './redaction_patterns.ts';
import { type Rule, rules, secretKey } from './redaction_rules.ts';
import { hideSecretManifests } from './secret_manifests.ts';
import { tagOf } from './tag.ts';

/**
 * Takes secrets out of text before a model, a log or a person sees it. It knows shapes that are secret whatever they
 * are called (keys, JWTs, PEM blocks), values that are called secret (password=…, "token": "…"), and what the
 * configuration adds. The same secret gives the same placeholder while we run, so that one sees that two are the same.
 */
export function redact(text: string): string {
  return hideAll(text, placeholder);
}

/** What stands in the place of a secret. */
export function placeholder(kind: string, secret: string): string {
  return `[redacted ${kind} #${tagOf(secret, 4)}]`;
}

/** The same for what outlives this process: there a placeholder that is this process's own would tell wrong things. */
export function redactForGood(text: string): string {
  if (clean.has(text)) return text;
  const hidden = hideAll(text, kind => `[redacted ${kind}]`);
  if (hidden === text && text.length <= longestClean) clean.set(text, true);
  return hidden;
}

/** Short texts that are known to hold no secret: what is kept for good are labels above all, and most are the same. */
const clean = new LRUCache<string, true>({ max: 20_000 });
const longestClean = 200;

type Placeholder = (kind: string, secret: string) => string;

function hideAll(text: string, standIn: Placeholder): string {
  const manifests = hideSecretManifests(text, standIn);
  const known = rules.reduce((rest, rule) => hide(rest, rule, standIn), manifests);
  return configured ? configured.hide(known, standIn) : known;
}

/** Whether the value of a setting with this name should be kept from view. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

const secretName = new RegExp(`^${secretKey}$`, 'i');

function hide(text: string, { kind, hint, find, spare }: Rule, standIn: Placeholder): string {
  if (!hint.test(text)) return text;
  return text.replace(find, (whole: string, ...rest: unknown[]) => {
    const groups = rest.at(-1);
    const parts = typeof groups === 'object' ? (groups as Record<string, string | undefined>) : {};
    const { before = '', secret = whole, after = '' } = parts;
    if (spare?.({ before, secret })) return whole;
    return `${before}${standIn(kind, secret)}${after}`;
  });
}

let configured: Patterns | undefined;

/**
 * Hides what these patterns find too, everywhere in this process: there must be no way around it that somebody forgot.
 * Throws when one of them can't be used.
 */
export function alsoRedact(patterns: readonly string[]): void {
  clean.clear();
  configured = patterns.length === 0 ? undefined : createConfigured(patterns);
}
