import { Link } from 'react-router';
import { useUser } from '../../client/session.ts';
import styles from './checkout-page.module.css';

/** For an operator who buys something: the way to the same saga as the services saw it. */
export const BehindIt = ({ checkoutId }: { checkoutId: string }) => {
  const user = useUser();
  if (user?.role !== 'admin') return null;
  return (
    <p className={styles.behind}>
      <Link to={`/console/sagas/${checkoutId}`}>See this saga in the console</Link>
    </p>
  );
};
