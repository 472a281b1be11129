import corpus from './redaction_corpus.json' with { type: 'json' };

export interface SecretText {
  text: string;
  /** What must not be seen of it. */
  secrets: string[];
}

const forSecrets: Record<string, string> = {
  letters: 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zC0fR',
  capitals: 'AB3DE6GH9JK2MN5PQ8ST1VW4XY7ZC0FR',
  hex: '9f86d081884c7d659a2feaa0c55ad015',
  digits: '1234509876',
};

/** Others, so that no secret stands in a harmless text by chance. */
const forOthers = Object.fromEntries(
  Object.entries(forSecrets).map(([kind, letters]) => [kind, [...letters].reverse().join('')]),
);

const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTYifQ', 'c2lnbmF0dXJlLW9mLWl0'].join('.');

function madeUp(line: string, alphabets: Record<string, string>): string {
  const some = (count: number, kind: string) => repeated(alphabets[kind]!, count);
  return line
    .replaceAll('<>', '')
    .replaceAll('<jwt>', jwt)
    .replaceAll(/<b64 of pem ([A-Z ]+)>/g, (_, kind: string) => base64(pem(kind).replaceAll(/[⟦⟧]/g, '')))
    .replaceAll(/<(open |escaped )?pem ([A-Z ]+)>/g, (_, how: string | undefined, kind: string) =>
      pem(kind, how?.trim()),
    )
    .replaceAll(/<(\d+) (letters|capitals|hex|digits)>/g, (_, count: string, kind: string) => some(Number(count), kind))
    .replaceAll(/<b64 ((?:[^<>]|\{[^}]*\})+)>/g, (_, text: string) => base64(text));
}

function repeated(letters: string, count: number): string {
  return letters.repeat(Math.ceil(count / letters.length)).slice(0, count);
}

function pem(kind: string, how?: string): string {
  const frame = (word: string) => ['-----', word, ' ', kind, '-----'].join('');
  const lines = [
    frame('BEGIN'),
    `⟦${repeated(forSecrets['letters']!, 64)}⟧`,
    `⟦${repeated(forSecrets['letters']!, 30)}==⟧`,
  ];
  if (how === 'open') return lines.join('\n');
  return [...lines, frame('END')].join(how === 'escaped' ? '\\n' : '\n');
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

function marked(line: string): SecretText {
  const secrets = [...line.matchAll(/⟦([^⟧]*)⟧/g)].map(([, secret]) => secret!);
  return { text: line.replaceAll(/[⟦⟧]/g, ''), secrets };
}

/**
 * The texts of the corpus. What looks like the real thing is put together only here, so that nobody's scanner takes the
 * file for a leak: ⟦…⟧ marks a secret, `<36 letters>` stands for so many, `<>` for nothing.
 */
export const secretTexts: SecretText[] = corpus.secrets.map(line => marked(madeUp(line, forSecrets)));
export const harmlessTexts: string[] = corpus.harmless.map(line => madeUp(line, forOthers));
