// Writes the files of the built page as C++ (server/chat_page.hpp): node embed.mjs FOLDER OUTPUT
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

const [folder, output] = process.argv.slice(2);

function filesIn(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

// Three digits always: a digit that follows must not become part of the escape.
const escapes = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const isPlain = byte >= 0x20 && byte < 0x7f && !'"\\?'.includes(character);
  return isPlain ? character : `\\${byte.toString(8).padStart(3, '0')}`;
});

function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 64) {
    lines.push(`"${Array.from(bytes.subarray(at, at + 64), (x) => escapes[x]).join('')}"`);
  }
  return lines.length === 0 ? '""' : lines.join('\n    ');
}

function view(bytes) {
  return `{${literal(bytes)},\n   ${bytes.length}}`;
}

function entryOf(file) {
  const path = `/${relative(folder, file).split(sep).join('/')}`;
  const type = types[extname(path)];
  if (!type) throw new Error(`${path}: no content type is known for such a file`);
  const plain = readFileSync(file);
  const gzip = gzipSync(plain, { level: 9 });
  return `  {"${path === '/index.html' ? '/' : path}", "${type}",
   ${view(plain)},
   ${view(gzip.length < plain.length ? gzip : Buffer.alloc(0))},
   ${path.startsWith('/assets/')}}`;
}

const entries = filesIn(folder).sort().map(entryOf);
writeFileSync(
  output,
  `// Made by web/embed.mjs.
#include "server/chat_page.hpp"

namespace salon {

namespace {

constexpr page_file files[] = {
${entries.join(',\n')}};

} // namespace

page_files chat_page() noexcept {
  return files;
}

} // namespace salon
`,
);
