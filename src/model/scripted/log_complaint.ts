/** What a log says is wrong, as far as its words tell. */
export interface Complaints {
  /** Something that can't be reached, or doesn't answer. */
  dependency: { line: string; host: string | undefined } | undefined;
  /** A setting, argument or variable that is missing or not accepted. */
  setting: { line: string; name: string | undefined } | undefined;
}

const settingWords = anyOf(
  'invalid|unknown|unsupported|unrecogni[sz]ed|illegal|malformed|unexpected|not (?:a )?valid|out of range',
  'not allowed|not accepted|rejected|refus(?:e|es|ed|ing) to start|must be|should be',
  'missing|required|not set|unset|undefined|no such (?:option|flag|file)',
  "(?:cannot|can't|could not|couldn't|failed to) parse|expected .+ (?:got|found)",
);

const settingNouns = anyOf(
  'setting|config(?:uration)?|option|flag|argument|parameter|variable|env(?:ironment)?|value|key|property|command',
);

const dependencyWords = anyOf(
  'connection (?:refused|reset|timed out|failed|closed|lost)|connect(?:ion)? (?:error|to .+ failed|timeout)',
  "(?:cannot|can't|could not|couldn't|failed to|unable to) (?:connect|reach|resolve|dial|open connection|talk)",
  'no such host|no route to host|host (?:is )?unreachable|network is unreachable|name resolution',
  'dial tcp|lookup .+ (?:failed|no such)|getaddrinfo|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH',
  'i/o timeout|timed out|did not answer|no answer|not answering|unavailable|unreachable|waiting for',
  'bad gateway|50[234]',
);

const failureWords = anyOf(
  'error|fatal|panic|critical|fail(?:ed|s|ure)?|exception|exit(?:ing)?|refused',
  "cannot|can't|could not|couldn't|unable",
);

function anyOf(...words: string[]): RegExp {
  return new RegExp(`\\b(?:${words.join('|')})\\b`, 'i');
}

/** The last line of each kind. A line that fits both is about what can't be reached: it names the setting in passing. */
export function complaintsIn(log: string): Complaints {
  const lines = log.split('\n').map(line => line.replace(/\s+\(x\d+, numbers may differ\)$/, '').trim());
  const dependency = lines.findLast(isAboutDependency);
  const setting = lines.findLast(line => isAboutSetting(line) && !isAboutDependency(line));
  return {
    dependency: dependency === undefined ? undefined : { line: dependency, host: hostIn(dependency) },
    setting: setting === undefined ? undefined : { line: setting, name: settingIn(setting) },
  };
}

function isAboutDependency(line: string): boolean {
  return dependencyWords.test(line) && (hostIn(line) !== undefined || failureWords.test(line));
}

function isAboutSetting(line: string): boolean {
  return settingWords.test(line) && (settingNouns.test(line) || settingIn(line) !== undefined);
}

/** `CACHE_SIZE`, `--listen-port`, or a quoted name. */
function settingIn(line: string): string | undefined {
  const words = withoutLevel(line);
  return (
    /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/.exec(words)?.[0] ??
    /(?<!\S)--?[a-z][\w.-]+/.exec(words)?.[0] ??
    /["'`]([A-Za-z][\w.-]*)["'`]/.exec(words)?.[1] ??
    /\b(?:setting|option|flag|argument|parameter|variable|key|property)\s+([A-Za-z][\w.-]*)/.exec(words)?.[1]
  );
}

function withoutLevel(line: string): string {
  return line.replace(/^\[?(?:FATAL|ERROR|WARN(?:ING)?|INFO|DEBUG|CRITICAL)\]?:?\s*/i, '');
}

/** The host of a URL, of `host:port`, of `lookup host`, or a name with dots that isn't a file or a number. */
function hostIn(line: string): string | undefined {
  const name = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*';
  const spellings = [
    new RegExp(`\\b[a-z][a-z0-9+]*://(?:[^@/\\s]*@)?(${name})`, 'i'),
    new RegExp(`\\b(?:lookup|ENOTFOUND|resolve|host)\\s+"?(${name})`, 'i'),
    new RegExp(`(?:^|[\\s"'(=@])(${name}):\\d{2,5}\\b`, 'i'),
    new RegExp(
      `(?:^|[\\s"'(=])(${name}\\.(?:svc|local|com|net|org|io|dev|example|internal|cloud)(?:\\.[a-z]+)*)\\b`,
      'i',
    ),
  ];
  const hosts = spellings.map(pattern => pattern.exec(line)?.[1]);
  return hosts.find(host => host !== undefined && !/^[\d.]+$/.test(host));
}
