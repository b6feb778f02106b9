import { computed, ref, watchEffect } from 'vue'
import { en } from './en'
import { zh, type Dictionary, type Key } from './zh'

export type { Key } from './zh'
export type Lang = 'zh' | 'en'

const dictionaries: Record<Lang, Dictionary> = { zh, en }
const storageKey = 'hearthmap.lang'

/** Fills {name} places of a message; unknown places stay as they are. */
export function fill(message: string, args?: Record<string, string | number>): string {
  return args ? message.replace(/\{(\w+)\}/g, (whole, k: string) => (k in args ? String(args[k]) : whole)) : message
}

function remembered(): Lang {
  try {
    return localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh' // storage may be forbidden
  }
}

const lang = ref<Lang>(typeof localStorage === 'undefined' ? 'zh' : remembered())

if (typeof document !== 'undefined') {
  watchEffect(() => {
    document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en'
    document.title = dictionaries[lang.value]['app.title']
  })
}

function setLang(l: Lang) {
  lang.value = l
  try {
    localStorage.setItem(storageKey, l)
  } catch {
    // The choice then lasts as long as the page.
  }
}

function t(key: Key, args?: Record<string, string | number>): string {
  return fill(dictionaries[lang.value][key], args)
}

/** The message of a key made at run time, or the fallback when there is none. */
function tOr(key: string, fallback: string): string {
  const d: Record<string, string> = dictionaries[lang.value]
  return d[key] ?? fallback
}

const numberFormat = computed(() => new Intl.NumberFormat(lang.value === 'zh' ? 'zh-CN' : 'en-US'))

/** Language of the page: messages and numbers, following the user's choice. */
export function useI18n() {
  return {
    lang,
    setLang,
    t,
    tOr,
    /** 12,345 */
    num: (n: number) => numberFormat.value.format(n),
  }
}
