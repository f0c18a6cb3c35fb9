// What nodes show each other that are not on one loopback: made anew for a run.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = (...words) => execFileSync('openssl', words, { stdio: 'ignore' });
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/// Makes a CA and one certificate for all nodes in `folder`, and returns the options that name them.
export function makeCertificates(folder) {
  const at = (name) => join(folder, name);
  const ca = ['-subj', '/CN=cluster', '-addext', 'basicConstraints=critical,CA:TRUE,pathlen:0'];
  openssl('req', '-x509', ...newKey, ...ca, '-keyout', at('ca.key'), '-out', at('ca.pem'));
  const request = ['-subj', '/CN=node', '-keyout', at('node.key'), '-out', at('node.csr')];
  openssl('req', ...newKey, ...request);
  writeFileSync(at('node.ext'), 'extendedKeyUsage=serverAuth,clientAuth\n');
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
  const files = ['-in', at('node.csr'), '-extfile', at('node.ext'), '-out', at('node.pem')];
  openssl('x509', '-req', '-days', '1', ...signed, ...files);
  return {
    'cluster.certificate': at('node.pem'),
    'cluster.key': at('node.key'),
    'cluster.ca': at('ca.pem'),
  };
}
