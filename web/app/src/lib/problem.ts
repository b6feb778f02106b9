import { Problem } from '../api/client'
import type { Key } from '../i18n'
import { zh } from '../i18n/zh'

export interface Told {
  title: Key
  /** What the server says about this case; may be empty. */
  detail: string
  /** What to do next: the server's hint, else the page's own. */
  hint: string
  hintKey?: Key
  retry: boolean
}

function isKey(k: string): k is Key {
  return k in zh
}

/** Puts an error into words. What is not a Problem is a fault of the page. */
export function tell(error: unknown): Told {
  const p = error instanceof Problem ? error : new Problem(500, 'internal', '', '')
  const title = `problem.${p.code}`
  const hintKey = `problem.${p.code}.hint`
  return {
    title: isKey(title) ? title : 'problem.internal',
    // An internal error's text is not for users.
    detail: p.code === 'internal' ? '' : p.detail,
    hint: p.hint,
    hintKey: isKey(hintKey) ? hintKey : undefined,
    retry: ['offline', 'unavailable', 'internal', 'too_many'].includes(p.code),
  }
}
