/**
 * Takes secrets out of text before a model, a log or a person sees it. It knows shapes that are secret whatever they
 * are called (keys, JWTs, PEM blocks), and values that are called secret (password=…, "token": "…").
 */
export function redact(text: string): string {
  return rules.reduce((result, rule) => rule(result), text);
}

/** The name of a setting that ends in a secret word, in any spelling: DB_PASSWORD, apiKey, client-secret. */
const secretKey =
  '(?:[A-Za-z0-9_.-]{0,60}(?:password|passwd|passphrase|pwd|secret|token|credential)s?|[A-Za-z0-9_.-]{0,60}(?:api|access|private|secret|signing|encryption|auth|account)[_-]?key)';

/** Whether the value of a setting with this name should be kept from view. */
export function isSecretName(name: string): boolean {
  return new RegExp(`^${secretKey}$`, 'i').test(name);
}

const mark = (kind: string) => `[redacted ${kind}]`;
const harmless = '(?!\\[redacted|null\\b|undefined\\b|none\\b|true\\b|false\\b|nil\\b|\\*\\*\\*|<|\\$\\{|\\$\\()';

/** In order: the whole block or value first, so that a later rule can't leave half of it. */
const rules: readonly ((text: string) => string)[] = [
  text =>
    text.replace(
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
      mark('private key'),
    ),
  text => text.replace(/\beyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{4,4000}(?:\.[A-Za-z0-9_-]*)?/g, mark('JWT')),
  // scheme://user:password@host, keeping who and where.
  text =>
    text.replace(
      /\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/"']{0,100}):([^\s"'<>]{1,200})@(?=[\w.[-])/gi,
      `$1:${mark('password')}@`,
    ),
  text => text.replace(/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, mark('AWS key')),
  text =>
    text.replace(
      /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}\b|\bgithub_pat_[A-Za-z0-9_]{30,}\b|\bglpat-[A-Za-z0-9_-]{18,}/g,
      mark('token'),
    ),
  text =>
    text.replace(
      /\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bnpm_[A-Za-z0-9]{30,}\b|\bhvs\.[A-Za-z0-9_-]{20,}|\bdop_v1_[a-f0-9]{40,}/g,
      mark('token'),
    ),
  text =>
    text.replace(
      /\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|or)[-_][A-Za-z0-9_-]{12,}|\bsk-[A-Za-z0-9]{20,}/g,
      mark('API key'),
    ),
  text => text.replace(/\bAIza[A-Za-z0-9_-]{35}/g, mark('API key')),
  text => text.replace(/\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g, mark('API key')),
  text => text.replace(/https:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/]+/g, mark('webhook URL')),
  text =>
    text.replace(/\b(Bearer|Basic|Token)\s+(?!realm|error|auth)[A-Za-z0-9+/_.~-]{12,}=*/gi, `$1 ${mark('token')}`),
  text => text.replace(/\b(cookie|set-cookie):[^\n]+/gi, `$1: ${mark('cookie')}`),
  text =>
    text.replace(
      new RegExp(`(["']?\\b${secretKey}["']?\\s*(?:=|:|=>)\\s*)${harmless}(["'])((?:\\\\.|(?!\\2)[^\\n])+)\\2`, 'gi'),
      `$1$2${mark('secret')}$2`,
    ),
  text =>
    text.replace(
      new RegExp(`(["']?\\b${secretKey}["']?\\s*(?:=|:\\s?|=>)\\s*)${harmless}(?!["'\\s])[^\\s"',;&)}\\]]+`, 'gi'),
      redactPlain,
    ),
  text => text.replace(new RegExp(`(--?${secretKey})\\s+${harmless}(?![-"'])\\S+`, 'gi'), `$1 ${mark('secret')}`),
];

/** An unquoted value: after "token: " prose may follow ("invalid token: expired"), which is worth more than it risks. */
function redactPlain(whole: string, key = ''): string {
  const value = whole.slice(key.length);
  const prose = /:\s*$/.test(key) && /^[a-z]+\.?$/.test(value) && value.length < 12;
  const count = /tokens\W*$/i.test(key) && /^\d+$/.test(value);
  return prose || count ? whole : `${key}${mark('secret')}`;
}
