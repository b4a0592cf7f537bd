import { ShopError } from '@shop/sdk/errors.ts';
import { useQuery } from '@tanstack/react-query';
import { shop } from '../../client/shop.ts';
import { consoleKey } from '../queries.ts';
import type { Run } from './story.ts';

const RUNNING_MS = 300;
const IDLE_MS = 5_000;

export const isOver = ({ finishedAt }: Run): boolean => finishedAt !== null;

export const labKey = consoleKey('lab');

/** The lab as it stands: the last races, newest first, and the faults in force. Asked more often while a race is on. */
export const useLab = () =>
  useQuery({
    queryKey: labKey,
    queryFn: ({ signal }) => shop.operations.lab({ signal }),
    refetchInterval: ({ state: { data } }) => (data?.runs.some((run) => !isOver(run)) ? RUNNING_MS : IDLE_MS),
    retry: (failures, error) => failures < 2 && !isOff(error),
  });

/** The lab is not there: `LAB` is off, as it always is in production. */
export const isOff = (error: unknown): boolean => error instanceof ShopError && error.code === 'NOT_FOUND';
