import { Link } from 'react-router';
import { shortId } from '../parts/id.tsx';

/** The saga that an event is about, if it is about one. */
export const sagaIdOf = (event: unknown): string | undefined => {
  const data = (event as { data?: { sagaId?: unknown } } | null)?.data;
  return typeof data?.sagaId === 'string' ? data.sagaId : undefined;
};

export const SagaLink = ({ id }: { id: string | undefined }) =>
  id ? (
    <Link to={`/console/sagas/${id}`}>
      <code>{shortId(id)}</code>
    </Link>
  ) : (
    '–'
  );
