import { type DragEvent, useState } from 'react';
import styles from './import.module.css';

interface FileDropProps {
  /** The name of the file that is chosen. */
  chosen: string | undefined;
  isBusy: boolean;
  onChoose: (sheet: { name: string; text: string } | undefined) => void;
}

/** Takes a file: by the browser's own way of choosing one, or dropped on it. */
export const FileDrop = ({ chosen, isBusy, onChoose }: FileDropProps) => {
  const [isOver, setOver] = useState(false);
  const take = async (file: File | undefined) => onChoose(file && { name: file.name, text: await file.text() });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!isBusy) void take(event.dataTransfer.files[0]);
  };
  return (
    <label
      className={`${styles.drop} ${isOver ? styles.over : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <span className={styles.dropTitle}>{chosen ?? 'Choose a CSV file, or drop it here'}</span>
      {chosen && <span className={styles.about}>Choose another one</span>}
      <input
        type="file"
        aria-label="CSV file"
        accept=".csv,text/csv"
        disabled={isBusy}
        className="visually-hidden"
        onChange={(event) => void take(event.target.files?.[0])}
      />
    </label>
  );
};
