import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation, useNavigationType } from 'react-router';
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

/** Whoever has followed a link goes on reading at the heading; whoever has just opened the page starts at its top. */
const useArrival = () => {
  const heading = useRef<HTMLHeadingElement>(null);
  const { key } = useLocation();
  const type = useNavigationType();
  // Once, when the view comes: filters change the address too.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said.
  useEffect(() => {
    if (key !== 'default' && type !== 'POP' && document.activeElement?.closest('nav') === null)
      heading.current?.focus({ preventScroll: true });
  }, []);
  return heading;
};

/** The heading of a view, and what can be done in it. */
export const ViewHead = ({ title, parent, aside, children, actions }: ViewHeadProps) => (
  <header className={styles.head}>
    <title>{`${title} · Console`}</title>
    <div className={styles.titles}>
      {parent && (
        <Link to={parent.to} className={styles.parent}>
          {parent.name}
        </Link>
      )}
      <div className={styles.line}>
        <h1 ref={useArrival()} tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        {aside}
      </div>
      {children && <div className={styles.about}>{children}</div>}
    </div>
    {actions && <div className={styles.actions}>{actions}</div>}
  </header>
);
