import { type ServiceName, serviceNames } from '../services.ts';
import { StackFailed } from './servers/errors.ts';

export type Replicas = Record<ServiceName, number>;

const most = 9;

export const oneOfEach = (): Replicas => Object.fromEntries(serviceNames.map((name) => [name, 1])) as Replicas;

const isService = (name: string): name is ServiceName => (serviceNames as readonly string[]).includes(name);

/**
 * Reads `order=2,inventory=3`; one of whatever is not named.
 * @throws StackFailed when it is not of that shape
 */
export const readReplicas = (text: string): Replicas => {
  const replicas = oneOfEach();
  for (const part of text.split(',')) {
    const [, name = '', number = ''] = /^\s*([a-z]+)=(\d+)\s*$/.exec(part) ?? [];
    const count = Number(number);
    if (!isService(name) || count < 1 || count > most)
      throw new StackFailed(
        `--replicas takes pairs such as order=2,inventory=2 (services: ${serviceNames.join(', ')}; 1 to ${most} of each), ` +
          `but got "${part.trim()}".`,
      );
    replicas[name] = count;
  }
  return replicas;
};

/** @throws StackFailed unless it is the name of a service */
export const readService = (text: string | undefined): ServiceName => {
  if (text !== undefined && isService(text)) return text;
  throw new StackFailed(
    `Say which service: one of ${serviceNames.join(', ')}${text ? `; there is no "${text}"` : ''}.`,
  );
};
