import type { ProgramInput } from '../../src/simulation/programs/program.ts';

/** The program that the recordings of the real kubelet were made with; see the fixtures' README. */
export const demo: ProgramInput = {
  name: 'demo',
  image: { repository: 'registry.example/demo', tags: ['1'], sizeBytes: 8704723 },
  entrypoint: '/demo',
  executables: ['/bin/sh'],
  commands: {
    serve: {
      startsIn: 0.01,
      listens: [
        {
          port: 8080,
          http: [
            { path: '/healthz', answers: [{ status: 200 }, { from: { setting: 'SICK_AFTER' }, status: 500 }] },
            {
              path: '/readyz',
              answers: [{ status: 503 }, { from: { setting: 'READY_AFTER', default: 0 }, status: 200 }],
            },
          ],
        },
      ],
    },
    crash: { exits: { after: 1, code: 1, lines: ['level=error msg="one"', 'level=error msg="two"'] } },
    hog: { startsIn: 0.1, memory: { base: '4Mi', perSecond: '16Mi' } },
    pause: {},
  },
};
