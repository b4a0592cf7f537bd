import type { Report } from './servers/options.ts';

/** Aborts when somebody wants this process to end. Ctrl-C reaches Node twice under npm: both are the same wish. */
export const onInterrupt = (report: Report): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (!controller.signal.aborted) report('interrupted, ending what was started');
      controller.abort();
    });
  return controller.signal;
};
