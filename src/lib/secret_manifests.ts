type Placeholder = (kind: string, secret: string) => string;

const yamlSecret = /^[ \t-]*kind:[ \t]*["']?Secret["']?[ \t]*$/m;
const jsonSecret = /\\*"kind\\*"\s*:\s*\\*"Secret\\*"/;

/** The values of Kubernetes Secrets, whatever their keys are called: as YAML, as JSON, and as JSON within a string. */
export function hideSecretManifests(text: string, placeholder: Placeholder): string {
  if (!text.includes('Secret')) return text;
  const documents = text.split(/^(?=---)/m);
  return documents
    .map(document => {
      const plain = yamlSecret.test(document) ? hideInYaml(document, placeholder) : document;
      return jsonSecret.test(plain) ? hideInJson(plain, placeholder) : plain;
    })
    .join('');
}

/** Line by line: whatever stands deeper than `data:` belongs to it. */
function hideInYaml(text: string, placeholder: Placeholder): string {
  let inside: number | undefined;
  return text
    .split('\n')
    .map(line => {
      const depth = line.search(/[^ -]/);
      if (inside !== undefined && depth >= 0 && depth <= inside) inside = undefined;
      if (inside === undefined) {
        if (/^[ -]*(?:data|stringData):\s*$/.test(line)) inside = depth;
        return line;
      }
      if (line.includes('[redacted ')) return line;
      return line.replace(
        /^(?<start>\s*(?:[\w.-]+:[ \t]*)?)(?<value>[^\s|>][^\n]*)$/,
        (_whole, start: string, value: string) => `${start}${placeholder('secret', value)}`,
      );
    })
    .join('\n');
}

function hideInJson(text: string, placeholder: Placeholder): string {
  return text.replace(/\\*"(?:data|stringData)\\*"\s*:\s*\{[^{}]{0,200000}\}/g, block =>
    block.replace(
      /(?<start>:\s*(?<quote>\\*"))(?<value>(?!\[redacted)[^"\\]+)(?=\k<quote>)/g,
      (_whole, start: string, _quote: string, value: string) => `${start}${placeholder('secret', value)}`,
    ),
  );
}
