import type { AppSettings } from './app.ts';
import { Config } from './config/schema.ts';
import { usualRules } from './intake/catch_up.ts';
import { definedOf } from './lib/defined.ts';
import type { ExternalSettings } from './tools/external/settings.ts';
import { answerTokens } from './tools/kubernetes/server.ts';

/** What the application needs of a configuration. The database lies where the caller says. */
export function settingsFrom(config: Config, database: string): AppSettings {
  const { mode, guard, verify, budget, approvalTimeoutSeconds, intake, keepDays, alertmanager, tools } = config;
  return {
    database,
    policy: { mode, ...guard },
    budget,
    watch: {
      windowMs: verify.watchSeconds * 1000,
      steadyMs: verify.steadySeconds * 1000,
      patienceMs: verify.patienceSeconds * 1000,
      checkEveryMs: verify.checkSeconds * 1000,
    },
    approvalTimeoutMs: approvalTimeoutSeconds * 1000,
    keepMs: keepDays * 86_400_000,
    folding: {
      storm: {
        windowMs: intake.stormSeconds * 1000,
        node: intake.stormOnNode,
        namespace: intake.stormInNamespace,
      },
      recurrenceMs: intake.recurrenceHours * 3_600_000,
    },
    toolServers: tools.servers.map(toolServerFrom),
    answerTokens: answerTokensFor(config),
    catchUp: {
      ...usualRules,
      ...definedOf({ receiver: alertmanager.receiver }),
      everyMs: alertmanager.everySeconds * 1000,
      settlingMs: alertmanager.settlingSeconds * 1000,
    },
  };
}

/** A twentieth of a small window: an investigation makes a dozen calls, and the prompts need room too. */
function answerTokensFor({ model }: Config): number {
  const window = typeof model === 'object' ? model.contextTokens : undefined;
  return window === undefined ? answerTokens : Math.min(answerTokens, Math.max(100, Math.floor(window / 20)));
}

function toolServerFrom(server: Config['tools']['servers'][number]): ExternalSettings {
  const { name, url, tokenFile, command, args, env, envFiles, allow, deny, prefix = name, perSecond } = server;
  return {
    name,
    at: url === undefined ? { command: command ?? '', args, env, envFiles } : { url, tokenFile },
    allow,
    deny,
    prefix,
    timeoutMs: server.timeoutSeconds * 1000,
    perSecond,
    lifetimeMs: server.lifetimeSeconds * 1000,
  };
}

/** For a cluster that nobody depends on: the defaults, without a person to ask, and nothing kept. */
const { keepMs: _, ...forLabs } = settingsFrom(Config.parse({ mode: 'auto' }), ':memory:');
export const labSettings: AppSettings = forLabs;
