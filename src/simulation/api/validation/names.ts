/** What is wrong with a name, in a server's words; nothing when it is fine. */
export type NameRule = (name: string) => readonly string[];

const fine: readonly string[] = [];
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const underscored = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const alphanumeric = 'must start and end with an alphanumeric character';

const forms = {
  label: new RegExp(`^${label}$`),
  subdomain: new RegExp(`^${subdomain}$`),
  underscored: new RegExp(`^${underscored}(\\.${underscored})*$`),
  wildcard: new RegExp(`^\\*\\.${subdomain}$`),
  qualified: new RegExp(`^${qualified}$`),
  configKey: /^[-._a-zA-Z0-9]+$/,
  header: /^[-A-Za-z0-9]+$/,
  variable: /^[ -<>-~]*$/,
};

const texts = {
  label: explained(
    `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and ${alphanumeric}`,
    label,
    ['my-name', '123-abc'],
  ),
  subdomain: explained(
    `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and ${alphanumeric}`,
    subdomain,
    ['example.com'],
  ),
  underscored: explained(
    `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and ${alphanumeric}`,
    `${underscored}(\\.${underscored})*`,
    ['example.com'],
  ),
  wildcard: explained(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    `\\*\\.${subdomain}`,
    ['*.example.com'],
  ),
  qualified: explained(`must consist of alphanumeric characters, '-', '_' or '.', and ${alphanumeric}`, qualified, [
    'MyName',
    'my.name',
    '123-abc',
  ]),
  value: explained(
    `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and ${alphanumeric}`,
    `(${qualified})?`,
    ['MyValue', 'my_value', '12345'],
  ),
  configKey: explained(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    '[-._a-zA-Z0-9]+',
    ['key.name', 'KEY_NAME', 'key-name'],
  ),
  header: explained("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+', [
    'X-Header-Name',
  ]),
  variable: "a valid environment variable name must consist only of printable ASCII characters other than '='",
};

function explained(rule: string, form: string, examples: readonly string[]): string {
  const list = examples.map(example => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${list}regex used for validation is '${form}')`;
}

function bounded(name: string, most: number, form: RegExp, text: string): readonly string[] {
  const isLong = name.length > most;
  if (!isLong && form.test(name)) return fine;
  return [...(isLong ? [tooLong(most)] : []), ...(form.test(name) ? [] : [text])];
}

function tooLong(most: number, unit = 'characters'): string {
  return `must be no more than ${most} ${unit}`;
}

/** Labels are counted in bytes; to all who may have one that is the same. */
const inBytes = (text: string) => text.replace(/^(must be no more than \d+) characters$/, '$1 bytes');

export const subdomainProblems: NameRule = name => bounded(name, 253, forms.subdomain, texts.subdomain);
export const underscoredProblems: NameRule = name => bounded(name, 253, forms.underscored, texts.underscored);
export const wildcardProblems: NameRule = name => bounded(name, 253, forms.wildcard, texts.wildcard);
export const labelValueProblems: NameRule = value =>
  value === '' ? fine : bounded(value, 63, forms.qualified, texts.value).map(inBytes);
export const headerProblems: NameRule = name => bounded(name, Infinity, forms.header, texts.header);

/** Dots are told apart from all else: they are what people get wrong. */
export const dnsLabelProblems: NameRule = name => {
  const hasDots = name.includes('.') && forms.subdomain.test(name);
  return bounded(name, 63, forms.label, hasDots ? 'must not contain dots' : texts.label);
};

/** The name of a label or an annotation, of a condition, a resource or a finalizer: `example.com/name` or `name`. */
export const qualifiedNameProblems: NameRule = key => {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  if (name.includes('/')) {
    return [
      `a valid label key ${texts.qualified} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const ofPrefix = slash < 0 ? fine : prefixProblems(key.slice(0, slash));
  if (ofPrefix.length === 0 && name.length > 0 && name.length <= 63 && forms.qualified.test(name)) return fine;
  return [
    ...ofPrefix,
    ...(name === '' ? ['name part must be non-empty'] : name.length > 63 ? [`name part ${tooLong(63, 'bytes')}`] : []),
    ...(forms.qualified.test(name) ? [] : [`name part ${texts.qualified}`]),
  ];
};

function prefixProblems(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return subdomainProblems(prefix).map(text => `prefix part ${inBytes(text)}`);
}

export const variableNameProblems: NameRule = name => (forms.variable.test(name) ? fine : [texts.variable]);

export const configKeyProblems: NameRule = key => [
  ...bounded(key, 253, forms.configKey, texts.configKey),
  ...(key === '.' || key === '..'
    ? [`must not be '${key}'`]
    : key.startsWith('..')
      ? ["must not start with '..'"]
      : fine),
];

/** A name that only has to fit into a path. */
export const pathNameProblems: NameRule = name =>
  name === '.' || name === '..' ? [`may not be '${name}'`] : pathPrefixProblems(name);

const pathPrefixProblems: NameRule = name =>
  ['/', '%'].filter(part => name.includes(part)).map(part => `may not contain '${part}'`);

/** What a generated name begins with may end in a dash: more is to come. */
export function asPrefix(rule: NameRule): NameRule {
  if (rule === pathNameProblems) return pathPrefixProblems;
  return prefix => rule(prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix);
}
