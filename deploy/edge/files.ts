import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { picture, pictureKinds, pictureTints } from '../../seed/pictures.ts';

const root = join(import.meta.dirname, '../..');

/** Where npm has put Swagger UI's files. */
const swaggerFolder = (): string => {
  const express = createRequire(import.meta.url).resolve('swagger-ui-express');
  return dirname(createRequire(express).resolve('swagger-ui-dist/package.json'));
};

const swaggerFiles = [
  'index.html',
  'index.css',
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'favicon-16x16.png',
  'favicon-32x32.png',
];

/** Starts Swagger UI on our document; a file of its own, since the pages' policy allows no script in place. */
const initializer = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [SwaggerUIBundle.plugins.DownloadUrl],
  layout: 'StandaloneLayout',
});
`;

const buildDocs = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const from = swaggerFolder();
  await Promise.all(swaggerFiles.map((name) => copyFile(join(from, name), join(folder, name))));
  await writeFile(join(folder, 'swagger-initializer.js'), initializer);
};

/** Every picture in every tint: `mug-blue.svg`. */
const buildPictures = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const all = pictureKinds.flatMap((kind) => pictureTints.map((tint) => ({ kind, tint })));
  await Promise.all(
    all.map(({ kind, tint }) => writeFile(join(folder, `${kind}-${tint}.svg`), picture(kind, tint) ?? '')),
  );
};

/** The API's documents, as they are in docs; one that isn't there is not served. */
const copyDocuments = async (folder: string): Promise<void> => {
  for (const name of ['openapi.json', 'asyncapi.json']) {
    await copyFile(join(root, 'docs', name), join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
};

/** Makes the folder of files that the edge serves by itself: documents, Swagger UI, pictures. Replaces what was there. */
export const buildFiles = async (folder: string): Promise<void> => {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await Promise.all([buildDocs(join(draft, 'docs')), buildPictures(join(draft, 'pictures')), copyDocuments(draft)]);
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
};
