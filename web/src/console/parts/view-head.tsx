import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { PageTitle } from '../../ui/page-title.tsx';
import styles from './view-head.module.css';

interface ViewHeadProps {
  title: string;
  /** The list that this thing stands in. */
  parent?: { to: string; name: string };
  /** Beside the title: what state the thing is in. */
  aside?: ReactNode;
  /** Below it: what this view is about, in a line. */
  children?: ReactNode;
  actions?: ReactNode;
}

/** The heading of a view, and what can be done in it. */
export const ViewHead = ({ title, parent, aside, children, actions }: ViewHeadProps) => (
  <header className={styles.head}>
    <div className={styles.titles}>
      {parent && (
        <Link to={parent.to} className={styles.parent}>
          {parent.name}
        </Link>
      )}
      <div className={styles.line}>
        <PageTitle title={title} site="Console" className={styles.title} />
        {aside}
      </div>
      {children && <div className={styles.about}>{children}</div>}
    </div>
    {actions && <div className={styles.actions}>{actions}</div>}
  </header>
);
