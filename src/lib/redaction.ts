/**
 * Takes secrets out of text before a model, a log or a person sees it. It knows shapes that are secret whatever they
 * are called (keys, JWTs, PEM blocks), and values that are called secret (password=…, "token": "…").
 */
export function redact(text: string): string {
  return hints.test(text) ? rules.reduce(hide, text) : text;
}

/** The name of a setting that ends in a secret word, in any spelling: DB_PASSWORD, apiKey, client-secret. */
const secretKey =
  '(?:[A-Za-z0-9_.-]{0,60}(?:password|passwd|passphrase|pwd|secret|token|credential)s?|[A-Za-z0-9_.-]{0,60}(?:api|access|private|secret|signing|encryption|auth|account)[_-]?key)';

/** Whether the value of a setting with this name should be kept from view. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

const secretName = new RegExp(`^${secretKey}$`, 'i');

const mark = (kind: string) => `[redacted ${kind}]`;
const harmless = '(?!\\[redacted|null\\b|undefined\\b|none\\b|true\\b|false\\b|nil\\b|\\*\\*\\*|<|\\$\\{|\\$\\()';

interface Rule {
  /** Stands in every text that the rule changes, and is looked for first: it is quick to see that it is nowhere. */
  hint: RegExp;
  find: RegExp;
  show: string | ((whole: string, key: string) => string);
}

const secretWord = /passw|passphrase|pwd|secret|token|credential|key/;

/** In order: the whole block or value first, so that a later rule can't leave half of it. */
const rules: readonly Rule[] = [
  {
    hint: /-----BEGIN/,
    find: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
    show: mark('private key'),
  },
  {
    hint: /eyJ/,
    find: /\beyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{4,4000}(?:\.[A-Za-z0-9_-]*)?/g,
    show: mark('JWT'),
  },
  // scheme://user:password@host, keeping who and where.
  {
    hint: /@/,
    find: /\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/"']{0,100}):([^\s"'<>]{1,200})@(?=[\w.[-])/gi,
    show: `$1:${mark('password')}@`,
  },
  { hint: /A[KS]IA/, find: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, show: mark('AWS key') },
  {
    hint: /gh[oprsu]_|github_pat_|glpat-/,
    find: /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}\b|\bgithub_pat_[A-Za-z0-9_]{30,}\b|\bglpat-[A-Za-z0-9_-]{18,}/g,
    show: mark('token'),
  },
  {
    hint: /xox[a-z]-|npm_|hvs\.|dop_v1_/,
    find: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bnpm_[A-Za-z0-9]{30,}\b|\bhvs\.[A-Za-z0-9_-]{20,}|\bdop_v1_[a-f0-9]{40,}/g,
    show: mark('token'),
  },
  {
    hint: /\b[prs]k[-_]/,
    find: /\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|or)[-_][A-Za-z0-9_-]{12,}|\bsk-[A-Za-z0-9]{20,}/g,
    show: mark('API key'),
  },
  { hint: /AIza/, find: /\bAIza[A-Za-z0-9_-]{35}/g, show: mark('API key') },
  { hint: /\bSG\./, find: /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g, show: mark('API key') },
  {
    hint: /hooks\.slack/,
    find: /https:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/]+/g,
    show: mark('webhook URL'),
  },
  {
    hint: /bearer|basic|token/,
    find: /\b(Bearer|Basic|Token)\s+(?!realm|error|auth)[A-Za-z0-9+/_.~-]{12,}=*/gi,
    show: `$1 ${mark('token')}`,
  },
  { hint: /cookie/, find: /\b(cookie|set-cookie):[^\n]+/gi, show: `$1: ${mark('cookie')}` },
  {
    hint: secretWord,
    find: new RegExp(
      `(["']?\\b${secretKey}["']?\\s*(?:=|:|=>)\\s*)${harmless}(["'])((?:\\\\.|(?!\\2)[^\\n])+)\\2`,
      'gi',
    ),
    show: `$1$2${mark('secret')}$2`,
  },
  {
    hint: secretWord,
    find: new RegExp(`(["']?\\b${secretKey}["']?\\s*(?:=|:\\s?|=>)\\s*)${harmless}(?!["'\\s])[^\\s"',;&)}\\]]+`, 'gi'),
    show: redactPlain,
  },
  {
    hint: secretWord,
    find: new RegExp(`(--?${secretKey})\\s+${harmless}(?![-"'])\\S+`, 'gi'),
    show: `$1 ${mark('secret')}`,
  },
];

/** All hints in one: most texts have none of them, and are read once. */
const hints = new RegExp(rules.map(({ hint }) => hint.source).join('|'), 'i');

function hide(text: string, { find, show }: Rule): string {
  return typeof show === 'string' ? text.replace(find, show) : text.replace(find, show);
}

/** An unquoted value: after "token: " prose may follow ("invalid token: expired"), which is worth more than it risks. */
function redactPlain(whole: string, key: string): string {
  const value = whole.slice(key.length);
  const prose = /:\s*$/.test(key) && /^[a-z]+\.?$/.test(value) && value.length < 12;
  const count = /tokens\W*$/i.test(key) && /^\d+$/.test(value);
  return prose || count ? whole : `${key}${mark('secret')}`;
}
