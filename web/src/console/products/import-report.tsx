import type { ImportResult } from '@shop/sdk/api.ts';
import { useMemo } from 'react';
import { ButtonLink } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Figure } from '../parts/figure.tsx';
import { Panel } from '../parts/panel.tsx';
import styles from './import.module.css';
import { briefOf, recordsOf } from './sheet.ts';

/** What an import has come to, and what is wrong with which row. */
export const ImportReport = ({ result, text }: { result: ImportResult; text: string }) => {
  const { created, updated, skipped, errors } = result;
  const records = useMemo(() => recordsOf(text), [text]);
  return (
    <Panel title="Report" flush>
      <div className={styles.result}>
        <dl className={styles.figures}>
          <Figure name="created" value={created} large />
          <Figure name="updated" value={updated} large />
          <Figure name="left out" value={skipped} large />
        </dl>
        {errors.length === 0 ? (
          <Notice tone="success" title="Every row was taken" />
        ) : (
          <Notice
            tone="warning"
            title={errors.length === 1 ? 'One row has a fault' : `${errors.length} rows have faults`}
          >
            Their products were left out. Mend the rows and import the sheet again: what is here already stays as it is.
          </Notice>
        )}
        <ButtonLink to="/console/products" size="small">
          See the products
        </ButtonLink>
      </div>
      {errors.length > 0 && (
        <table className={styles.errors} aria-label="Faults by row">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">What is wrong</th>
              <th scope="col" className={styles.brief}>
                What it says
              </th>
            </tr>
          </thead>
          <tbody>
            {errors.map(({ row, message }) => (
              <tr key={`${row} ${message}`}>
                <th scope="row">{row}</th>
                <td>{message}</td>
                <td className={styles.brief}>{briefOf(records, row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
};
