/**
 * How one kind of secret is found. What stands in the groups `before` and `after` stays; the group `secret`, or the
 * whole where there is none, is hidden.
 */
export interface Rule {
  kind: string;
  /**
   * Stands in every text that the rule changes, and is looked for first: it is quick to see that it is nowhere. Each on
   * its own is quicker than all in one expression.
   */
  hint: RegExp;
  find: RegExp;
  /** Whether it only looks like one. */
  spare?(found: { before: string; secret: string }): boolean;
}

/** The name of a setting that ends in a secret word, in any spelling: DB_PASSWORD, apiKey, client-secret. */
export const secretKey =
  '(?:[A-Za-z0-9_.-]{0,60}(?:password|passwd|passphrase|pwd|secret|token|credential)s?(?:_?\\d{1,2})?|[A-Za-z0-9_.-]{0,60}(?:api|access|private|secret|signing|encryption|auth|account|master|license)[_-]?key|[A-Za-z0-9_.-]{0,60}[_.-]pass|client-key-data|connection[_-]?string|secret[_-]key[_-]base|(?:[A-Za-z0-9_.-]{0,60}[_.-])?pw)';

/** Values that only stand for one: nothing, a reference, a placeholder, the beginning of something with parts. */
const harmless =
  '(?!\\[|\\(|null\\b|undefined\\b|none\\b|true\\b|false\\b|yes\\b|no\\b|nil\\b|\\*\\*\\*|<|\\$|\\{|%|redacted\\b|\\/(?:run|var|etc|opt|home|mnt|tmp|usr|secrets?|certs?)\\/)';

const secretWord = /passw|passphrase|pwd?|secret|token|credential|key|[_.-]pass|connection[_-]?string/i;

/** Tokens that tell by their first letters who made them. */
const prefixed: readonly string[] = [
  'gh[oprsu]_[A-Za-z0-9]{30,}',
  'github_pat_[A-Za-z0-9_]{30,}',
  'gl(?:pat|dt|rt|cbt|ptt|oas|soat|imt|agent)-[A-Za-z0-9_.-]{18,}',
  'xox[abeoprs]-[A-Za-z0-9-]{10,}',
  'xapp-[A-Za-z0-9-]{20,}',
  'npm_[A-Za-z0-9]{30,}',
  'pypi-[A-Za-z0-9_-]{30,}',
  'rubygems_[a-f0-9]{40,}',
  'dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}',
  'hv[bs]\\.[A-Za-z0-9_-]{20,}',
  'do[oprt]_v1_[a-f0-9]{40,}',
  'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}',
  'whsec_[A-Za-z0-9+/=]{20,}',
  'gl(?:sa|c)_[A-Za-z0-9_=+/-]{24,}',
  'NRAK-[A-Z0-9]{20,}',
  'hf_[A-Za-z0-9]{30,}',
  'dapi[a-f0-9]{32}',
  'ATATT3[A-Za-z0-9_=-]{30,}',
  'lin_api_[A-Za-z0-9]{30,}',
  'figd_[A-Za-z0-9_-]{30,}',
  'PMAK-[a-f0-9-]{40,}',
  'pul-[a-f0-9]{40}',
  'sbp_[a-f0-9]{40}',
  'ya29\\.[A-Za-z0-9_-]{20,}',
  'GOCSPX-[A-Za-z0-9_-]{20,}',
  'AGE-SECRET-KEY-1[A-Z0-9]{50,}',
  'dp\\.(?:pt|st|ct|sa)\\.[A-Za-z0-9_.-]{30,}',
  '\\d{8,10}:AA[A-Za-z0-9_-]{33}',
];

/** Whatever they are called. In order: the whole block first, so that a later rule can't leave half of it. */
const shapes: readonly Rule[] = [
  {
    kind: 'private key',
    hint: /-----BEGIN/,
    find: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  {
    kind: 'private key',
    hint: /LS0tLS1CRUdJTi/,
    // The same in base64, as kubeconfigs and Secrets have it; certificates begin otherwise.
    find: /LS0tLS1CRUdJTi(?:BSU0Eg|BQUklWQVRF|BFQyBQ|BPUEVOU1NI|BFTkNSWVBURUQ)[A-Za-z0-9+/=]{16,}/g,
  },
  { kind: 'registry login', hint: /eyJhdXRocyI/, find: /\beyJhdXRocyI[A-Za-z0-9+/=]{8,}/g },
  {
    kind: 'JWT',
    hint: /eyJ/,
    find: /\beyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{4,4000}(?:\.[A-Za-z0-9_-]*)?/g,
  },
  {
    kind: 'password',
    hint: /@/,
    // scheme://user:password@host, keeping who and where.
    find: /\b(?<before>[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/"']{0,100}:)(?<secret>[^\s"'<>]{1,200})(?<after>@)(?=[\w.[-])/gi,
  },
  {
    kind: 'token',
    hint: /@/,
    find: /\b(?<before>[a-z][a-z0-9+.-]{1,30}:\/\/)(?<secret>[A-Za-z0-9_-]{20,200})(?<after>@)(?=[\w.[-])/gi,
  },
  { kind: 'AWS key', hint: /A[KS]IA/, find: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  {
    kind: 'token',
    hint: /gh[oprsu]_|github_pat_|gl\w{1,5}-|xox[a-z]-|xapp-|npm_|pypi-|rubygems_|dckr_|hv[bs]\.|do[oprt]_v1_|shp\w\w_|whsec_|gl\w{1,2}_|NRAK-|hf_|dapi|ATATT3|lin_api_|figd_|PMAK-|pul-|sbp_|ya29|GOCSPX|AGE-SECRET|dp\.\wt|:AA/,
    find: new RegExp(`(?<![A-Za-z0-9])(?:${prefixed.join('|')})`, 'g'),
  },
  {
    kind: 'API key',
    hint: /\b[prs]k[-_]|AIza|\bSG\.|\bSK[0-9a-f]|\bkey-[0-9a-f]/,
    find: /\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|or)[-_][A-Za-z0-9_-]{12,}|\bsk-[A-Za-z0-9]{20,}|\bAIza[A-Za-z0-9_-]{35}|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|\bSK[0-9a-f]{32}\b|\bkey-[0-9a-f]{32}\b/g,
  },
  {
    kind: 'webhook URL',
    hint: /hooks\.slack|\/api\/webhooks\/|office\.com\/webhook/,
    find: /https:\/\/(?:hooks\.slack\.com\/(?:services|workflows)\/|[\w.]*discord(?:app)?\.com\/api\/webhooks\/|[\w.]*office\.com\/webhook\w*\/)[\w/@-]+/g,
  },
  {
    kind: 'password hash',
    hint: /\$(?:1|2[aby]|5|6|y|apr1|argon2\w*)\$/,
    find: /\$(?:1|2[aby]|5|6|y|apr1|argon2\w*)\$[./A-Za-z0-9$=,+]{20,}/g,
  },
];

/** By what stands before them. */
const phrases: readonly Rule[] = [
  {
    kind: 'token',
    hint: /bearer|basic|token/i,
    find: /\b(?<before>(?:[Bb]earer|BEARER|[Bb]asic|BASIC|[Tt]oken|TOKEN)(?:\s+|%20|\+))(?!realm|error|auth)(?=[A-Za-z+/_.~-]*[A-Z0-9=])(?<secret>[A-Za-z0-9+/_.~-]{12,}=*)/g,
  },
  {
    kind: 'authorization',
    hint: /authorization/i,
    find: /\b(?<before>(?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?!\[|(?:bearer|basic|token)\b|\s)(?<secret>[^\s"',;]{12,})/gi,
  },
  {
    kind: 'signature',
    hint: /sig(?:nature)?=/i,
    find: /\b(?<before>[\w-]{0,30}sig(?:nature)?=)(?<secret>[A-Za-z0-9%+/_-]{16,}=*)/gi,
  },
  { kind: 'cookie', hint: /cookie/i, find: /\b(?<before>(?:set-)?cookie: *)(?! |\[redacted)(?<secret>[^\n]+)/gi },
  {
    kind: 'registry login',
    hint: /"auth\\?"/,
    find: /(?<before>\\?"auth\\?"\s*:\s*\\?")(?<secret>[A-Za-z0-9+/=]{8,})/g,
  },
  {
    kind: 'password',
    hint: /curl|mysql|mariadb|sshpass|(?:docker|podman) login|redis-cli|mongo/,
    find: /(?<before>\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?["']?[^\s:"']{1,80}:|\b(?:mysql|mysqldump|mariadb|sshpass|docker login|podman login|redis-cli|mongo|mongosh)\b[^\n]{0,200}?\s(?:-p|-a) ?["']?)(?!\[|\/\/)(?<secret>[^\s"'-][^\s"']*)/g,
    spare: ({ secret }) => /^\d{2,5}$/.test(secret),
  },
  {
    kind: 'password',
    hint: /password|identified/i,
    find: /(?<before>\bidentified by\s+["']|\blogin\s+\S{1,80}\s+password\s+|\bpassword(?: is)?:? ["'](?! )|\bpassword is (?=\S*\d)|\b(?:with|using) password (?=\S*\d))(?!\[)(?<secret>[^\s"']+)/gi,
  },
  {
    kind: 'password',
    hint: /passw|passphrase|requirepass/i,
    // Without a sign between: only what no word of prose looks like.
    find: /\b(?<before>(?:[Pp]assword|PASSWORD|passwd|passphrase|requirepass) )(?=[^\s\d]*\d)(?=[^\sa-z]*[a-z])(?<secret>[^\s"'`()[\]]{6,})/g,
  },
  {
    kind: 'token',
    hint: /token|secret|auth|key/i,
    find: /\b(?<before>(?:[Tt]oken|TOKEN|[Ss]ecret|SECRET|AUTH) |(?:[\w.-]{0,40}[_.-])?(?<!public[_-]?)[Kk]ey["']?[ :=]{1,3}["']?)(?=[A-Za-z_/+-]*\d)(?=[^a-z\s]*[a-z])(?=[^A-Z\s]*[A-Z])(?<secret>[A-Za-z0-9_/+-]{16,}=*)/g,
  },
  {
    kind: 'API key',
    hint: /(?:api|access|secret) (?:key|token)/i,
    find: /\b(?<before>(?:api|access|secret) (?:key|token)(?: is)?:? ["']?)(?=\S*\d)(?=\S*[a-z])(?<secret>[A-Za-z0-9_-]{16,})/gi,
  },
  {
    kind: 'password',
    hint: /@(?:tcp|unix)\(/,
    // As Go's driver for MySQL has it.
    find: /\b(?<before>[\w.-]{1,60}:)(?<secret>[^\s@"':/]{1,200})(?<after>@(?:tcp|unix)\()/g,
  },
  {
    kind: 'password',
    hint: /:5432:|:\*:/,
    find: /(?<before>[\w.*-]{1,80}:(?:5432|\*):[\w*-]{1,60}:[\w*-]{1,60}:)(?!\[)(?<secret>[^\s:]+)/g,
  },
];

/** By their names. */
const named: readonly Rule[] = [
  {
    kind: 'secret',
    hint: secretWord,
    find: new RegExp(`(?<before><${secretKey}>)${harmless}(?<secret>[^<\\n]+)(?<after></)`, 'gi'),
  },
  {
    kind: 'secret',
    hint: secretWord,
    // A list of variables as Kubernetes writes it: the name in one line, or field, and the value in the next.
    find: new RegExp(
      `(?<before>name["']?:\\s*["']?${secretKey}["']?,?\\s+["']?value["']?:\\s*|"name":"${secretKey}","value":)${harmless}(?<secret>"(?:\\\\.|[^"\\\\\\n])+"|(?!["\\s])[^\\n,}]+)`,
      'gi',
    ),
    spare: ({ secret }) => /^"\[redacted/.test(secret),
  },
  {
    kind: 'secret',
    hint: secretWord,
    // A text of several lines in YAML.
    find: new RegExp(
      `(?<before>^[ \\t-]*["']?${secretKey}["']?:[ \\t]*[|>][+-]?[ \\t]*\\n[ \\t]+)(?![ \\t]|\\[redacted)(?<secret>[^\\n]+(?:\\n[ \\t]+(?![\\w.-]+:)[^\\n]+)*)`,
      'gim',
    ),
  },
  {
    kind: 'secret',
    hint: secretWord,
    find: new RegExp(
      `(?<before>\\\\?["']?\\b${secretKey}\\\\?["']?\\s*(?:=|:|=>)\\s*(?<quote>\\\\?["']))${harmless}(?<secret>(?:\\\\[^"']|\\\\.(?!\\s*[,}])|(?!\\k<quote>)[^\\n])+)(?<after>\\k<quote>)`,
      'gi',
    ),
  },
  {
    kind: 'secret',
    hint: secretWord,
    find: new RegExp(
      `(?<before>["']?\\b${secretKey}["']?[ \\t]*(?:=|:|=>)[ \\t]*)${harmless}(?!["'\\s\\\\|>])(?<secret>[^\\s"',;&)}\\]]+)`,
      'gi',
    ),
    spare: isProse,
  },
  {
    kind: 'secret',
    hint: secretWord,
    find: new RegExp(`(?<![\\w-])(?<before>--?${secretKey}\\s+)${harmless}(?![-"'])(?<secret>\\S+)`, 'gi'),
  },
];

export const rules: readonly Rule[] = [...shapes, ...phrases, ...named];

/** After "token: " prose may follow ("invalid token: expired"), which is worth more than it risks; or a number of them. */
function isProse({ before, secret }: { before: string; secret: string }): boolean {
  const prose = /:\s*$/.test(before) && /^[a-z]+[.:]?$/.test(secret) && secret.length < 12;
  const count = /tokens?\W*$/i.test(before) && /^[\d.]+[a-z]{0,2}$/.test(secret);
  return prose || count;
}
