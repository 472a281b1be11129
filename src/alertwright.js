#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a sentence and not a syntax error.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `alertwright needs Node 24 or newer, and this is Node ${process.versions.node}. ` +
      'In a checkout, "npm ci" brings Node 24 and the npm scripts use it (npm run demo, npm start).\n',
  );
  process.exitCode = 78;
} else {
  await import('./main.ts');
}
