import { defineConfig } from 'vitest/config';

// Two projects: `quick` runs before every commit; `slow` needs real programs or minutes, and runs in CI.
export default defineConfig({
  test: {
    root: '.',
    projects: [
      {
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.slow.test.ts'],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'slow', include: ['test/**/*.slow.test.ts'], testTimeout: 600_000, hookTimeout: 120_000 } },
    ],
  },
});
