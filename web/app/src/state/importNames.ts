import { useI18n } from '../i18n'

/** Names of what the server writes as codes, in the page's language. */
export function useNames() {
  const { t, tOr } = useI18n()
  function crsName(crs: string): string {
    const plain = crs.replace(/:swapped$/, '')
    const name = tOr(`import.crs.${plain}`, plain.toUpperCase())
    return plain === crs ? name : t('import.crs.swapped', { crs: name })
  }
  return {
    crsName,
    kindName: (kind: string) => tOr(`import.kind.${kind}`, kind),
    fieldName: (field: string) => tOr(`import.field.${field}`, field),
    codeName: (code: string) => tOr(`import.code.${code}`, code),
    encodingName: (e: string) => e.toUpperCase(),
  }
}
