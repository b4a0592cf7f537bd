import { createContext, type KeyboardEvent, type ReactNode, use, useEffect, useRef, useState } from 'react';
import { Link, useNavigationType } from 'react-router';
import { ChevronIcon } from '../icons.tsx';
import styles from './data-table.module.css';

interface Row {
  tabIndex: 0 | -1;
  /** It has the focus now. */
  enter: () => void;
}

/** What the handle of a row needs to know of its table. */
export const RowContext = createContext<Row>({ tabIndex: 0, enter: () => {} });

/** Where each table was left, so that coming back goes on there. */
const left = new Map<string, string>();

const handlesIn = (body: HTMLElement): HTMLElement[] => [...body.querySelectorAll<HTMLElement>('[data-handle]')];

const moves: Record<string, (index: number, length: number) => number> = {
  ArrowDown: (index, length) => Math.min(index + 1, length - 1),
  ArrowUp: (index) => Math.max(index - 1, 0),
  Home: () => 0,
  End: (_index, length) => length - 1,
};

/** One row of a table can be reached with Tab, the others from there with the arrows. */
export const useRoving = (label: string, keys: readonly string[]) => {
  const remembered = left.get(label);
  const [entered, setEntered] = useState<string>();
  const current = [entered, remembered].find((key) => key !== undefined && keys.includes(key)) ?? keys[0];
  useReturn(remembered);

  return {
    current,
    enter(key: string) {
      left.set(label, key);
      setEntered(key);
    },
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      const move = moves[event.key];
      const handle = (event.target as HTMLElement).closest<HTMLElement>('[data-handle]');
      if (!move || !handle || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const handles = handlesIn(event.currentTarget);
      handles[move(handles.indexOf(handle), handles.length)]?.focus();
    },
  };
};

/** Whoever comes back to a table with the browser's button goes on at the row that was opened. */
const useReturn = (key: string | undefined) => {
  const type = useNavigationType();
  const first = useRef(true);
  useEffect(() => {
    if (first.current && type === 'POP' && key && document.activeElement === document.body)
      document.querySelector<HTMLElement>('tbody [data-handle][tabindex="0"]')?.focus();
    first.current = false;
  });
};

/** The link that a row is: all of the row leads there. */
export const RowLink = ({ to, children }: { to: string; children: ReactNode }) => {
  const { tabIndex, enter } = use(RowContext);
  return (
    <Link to={to} data-handle="" tabIndex={tabIndex} onFocus={enter} className={styles.handle}>
      {children}
    </Link>
  );
};

/** Opens and closes what is below a row. */
export const RowButton = ({ open, toggle, children }: { open: boolean; toggle: () => void; children: ReactNode }) => {
  const { tabIndex, enter } = use(RowContext);
  return (
    <button
      type="button"
      data-handle=""
      tabIndex={tabIndex}
      aria-expanded={open}
      onFocus={enter}
      onClick={toggle}
      className={`${styles.handle} ${styles.toggle}`}
    >
      <ChevronIcon />
      {children}
    </button>
  );
};
