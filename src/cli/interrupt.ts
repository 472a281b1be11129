/** Resolves with the first SIGINT or SIGTERM. The second one is the system's again, and ends the process at once. */
export function untilInterrupted(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
    const onSignal = (signal: NodeJS.Signals) => {
      for (const each of signals) process.off(each, onSignal);
      resolve(signal);
    };
    for (const each of signals) process.on(each, onSignal);
  });
}
