import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { SearchIcon } from '../../ui/icons.tsx';
import styles from './search-box.module.css';

const PAUSE_MS = 250;

/** Searches while one types, once the catalogue is there; from other pages it goes to the catalogue on Enter. */
export const SearchBox = () => {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const inCatalogue = pathname === '/';
  const searched = (inCatalogue && params.get('search')) || '';
  const [text, setText] = useState(searched);
  const [before, setBefore] = useState(searched);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // The address has changed by itself: going back, a link that clears.
  if (searched !== before) {
    setBefore(searched);
    if (searched !== text.trim()) setText(searched);
  }
  // Whoever has found it and gone there is not brought back by what they typed last.
  useEffect(() => (inCatalogue ? () => clearTimeout(timer.current) : undefined), [inCatalogue]);

  const search = (words: string) => {
    clearTimeout(timer.current);
    const next = new URLSearchParams(inCatalogue ? params : undefined);
    if (words.trim()) next.set('search', words.trim());
    else next.delete('search');
    // Order of a search is by relevance; without one there is none.
    if (!words.trim() && next.get('sort') === 'relevance') next.delete('sort');
    navigate({ pathname: '/', search: next.toString() }, { replace: inCatalogue, state: null });
  };

  return (
    <search>
      <form
        className={styles.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          search(text);
        }}
      >
        <SearchIcon />
        <input
          type="search"
          name="search"
          aria-label="Search"
          placeholder="Search the shop"
          autoComplete="off"
          maxLength={200}
          value={text}
          className={styles.input}
          onChange={({ target: { value } }) => {
            setText(value);
            clearTimeout(timer.current);
            if (inCatalogue) timer.current = setTimeout(() => search(value), PAUSE_MS);
          }}
        />
      </form>
    </search>
  );
};
