import { ref, shallowRef } from 'vue'
import { Client, Problem } from '../api/client'
import type { Session } from '../api/types'

export type SignInState = 'unknown' | 'out' | 'in'

/** Who is signed in, and whether the server answers. */
export function createSession() {
  const session = shallowRef<Session>()
  const state = ref<SignInState>('unknown')
  const expired = ref(false)
  const reachable = ref(true)

  const client = new Client({
    onUnauthorized() {
      expired.value = state.value === 'in'
      session.value = undefined
      state.value = 'out'
    },
    onReachable(ok) {
      reachable.value = ok
    },
  })

  /** Asks who is signed in; a server that is away leaves the state unknown. */
  async function restore() {
    try {
      session.value = await client.session()
      state.value = 'in'
    } catch (e) {
      if (e instanceof Problem && e.offline) return
      state.value = 'out'
    }
  }

  async function signIn(login: string, password: string) {
    session.value = await client.signIn(login, password)
    expired.value = false
    state.value = 'in'
  }

  async function signOut() {
    try {
      await client.signOut()
    } finally {
      expired.value = false
      session.value = undefined
      state.value = 'out'
    }
  }

  return { client, session, state, expired, reachable, restore, signIn, signOut }
}

export type SessionStore = ReturnType<typeof createSession>
