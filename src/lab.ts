import { type App, type AppSettings, startApp } from './app.ts';
import { connectCluster } from './kubernetes/connect.ts';
import type { Log } from './lib/log.ts';
import { createVirtualClock, type VirtualClock } from './lib/virtual_clock.ts';
import type { Model } from './model/model.ts';
import { createOpenAiModel, type OpenAiOptions } from './model/openai.ts';
import { startScriptedModel } from './model/scripted/server.ts';
import { listen } from './server/listen.ts';
import { createServer } from './server/server.ts';
import { labSettings } from './settings.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './simulation/embedded_cluster.ts';
import type { Scenario } from './simulation/scenario/scenario.ts';

/** The whole application around an embedded cluster, on one virtual clock: what demo, replay and eval run in. */
export interface Lab {
  clock: VirtualClock;
  cluster: EmbeddedCluster;
  app: App;
  /** Where alerts are taken in. */
  webhookUrl: string;
  close(): Promise<void>;
}

/** A scripted policy by its name, or an endpoint that speaks chat completions. */
export type LabModel = { kind: 'scripted'; policy: string } | ({ kind: 'openai' } & OpenAiOptions);

export interface LabOptions {
  scenario: Scenario;
  model: LabModel;
  log: Log;
  /** The defaults of a lab when absent. */
  settings?: AppSettings;
}

/** Any fixed instant does, so that the same run tells the same times. */
const beginning = Date.parse('2026-11-21T03:00:00Z');

/** Starts a lab with its world up and well. Its clock runs as fast as it goes, until somebody sets a speed. */
export async function startLab({ scenario, model, log, settings = labSettings }: LabOptions): Promise<Lab> {
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const clock = createVirtualClock({ start: beginning });
    opened.push(clock.stop);
    const embedded = await startEmbeddedCluster({ scenario, clock, log });
    opened.push(embedded.close);
    clock.start();
    await embedded.settle();
    const cluster = await connectCluster({ server: embedded.url, requestTimeoutMs: 10_000 });
    opened.push(cluster.close);
    const { model: reached, close: closeModel } = await reach(model);
    opened.push(closeModel);
    const app = await startApp({ cluster, model: reached, clock, log }, settings);
    opened.push(app.stop);
    const server = createServer({ ...app, log, checks: {} });
    opened.push(() => server.close());
    const url = await listen(server, { host: '127.0.0.1', port: 0 }, { token: false });
    return { clock, cluster: embedded, app, webhookUrl: `${url}/api/v2/webhook/alertmanager`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The scripted policies answer over HTTP too, so that the adapter which runs is the real one. */
async function reach(model: LabModel): Promise<{ model: Model; close(): Promise<void> }> {
  if (model.kind === 'openai') return { model: createOpenAiModel(model), close: async () => {} };
  const { url, close } = await startScriptedModel();
  const options = { name: model.policy, baseUrl: url, timeoutMs: 10_000, maxRetries: 0 };
  return { model: createOpenAiModel(options), close };
}
