import { listOf } from '../config/settings.ts';
import { type Caller, createCaller } from '../http-client/caller.ts';
import type { ServiceContext } from './run-service.ts';

type Opener = Omit<ServiceContext, 'config'> & { config: { SERVICE_TOKEN: string } };

/** The way to another service, whose replicas are at `origins`. */
export const openCaller = (context: Opener, service: string, origins: string): Caller => {
  const { config, lifecycle, clock, ids, logger, metrics } = context;
  const token = config.SERVICE_TOKEN;
  const caller = createCaller({ service, urls: listOf(origins), token, clock, ids, logger, metrics });
  lifecycle.onStop(`calls to ${service}`, () => caller.close());
  return caller;
};
