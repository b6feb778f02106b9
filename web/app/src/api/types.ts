// The shapes of the server's answers, as in household/registry.go and
// geo/coverage/result.go. Distances are metres, coordinates WGS 84 degrees.

export type Role = 'planner' | 'grid' | 'approver' | 'auditor' | 'admin'
export type AreaLevel = 'city' | 'district' | 'street' | 'community' | 'grid'
export type RoomState = 'vacant' | 'resident' | 'floating' | 'registered' | 'not_home'
export type Status = 'covered' | 'uncovered' | 'unreachable'
export type HitKind = 'compound' | 'building' | 'unit' | 'person' | 'facility' | 'area'
/** West, south, east, north. */
export type Bounds = [number, number, number, number]

export interface Session {
  login: string
  name: string
  role: Role
  scope?: string[] | null
}

export interface DemoAccount {
  login: string
  password: string
  name: string
  role: Role
}

export interface City {
  city: string
  seq: number
  bounds?: Bounds | null
  counts: {
    communities: number
    grids: number
    compounds: number
    buildings: number
    units: number
    households: number
    people: number
    facilities: number
  }
  default_standard: string
}

export interface Requirement {
  id: string
  category: string
  minutes: number
  metres: number
  required: boolean
  group?: string
  clause?: string
  source: string
  verified: boolean
  name_zh: string
  name_en: string
}

export interface Standard {
  id: string
  name_zh: string
  name_en: string
  source: string
  url?: string
  requirements: Requirement[]
}

export interface Area {
  code: string
  name: string
  name_en?: string
  level: AreaLevel
  parent_code?: string
  people: number
  households: number
  units: number
  buildings: number
  bounds?: Bounds | null
}

export interface AreaTotal {
  code: string
  name: string
  requirement: string
  people: number
  covered: number
  uncovered: number
  unreachable: number
  share: number
  buildings: number
  buildings_covered: number
  median_metres: number
  p90_metres: number
  facilities: number
}

export interface AreaCoverage {
  code: string
  name: string
  level: AreaLevel
  people: number
  buildings: number
  all_required: { people: number; covered: number; share: number }
  totals: AreaTotal[]
}

export interface CoverageResult {
  standard: string
  level: AreaLevel
  method: string
  profile: string
  input_sha256: string
  requirements: Requirement[]
  areas: AreaCoverage[]
}

export interface Reach {
  requirement: string
  category: string
  status: Status
  metres?: number | null
  seconds?: number | null
  facility_code?: string
  facility_name?: string
  facility_lon?: number
  facility_lat?: number
  reason?: string
}

export interface BuildingReaches {
  code: string
  reaches: Reach[]
}

export interface BuildingCard {
  code: string
  name: string
  address: string
  use: string
  floors: number
  height_m?: number
  built_year?: number
  compound_code?: string
  compound_name?: string
  area_code?: string
  area_name?: string
  grid_code?: string
  grid_name?: string
  lon: number
  lat: number
  entrances: number
  units: number
  households: number
  people: number
}

export interface ChartRoom {
  code: string
  room: string
  use: string
  state: RoomState
  people: number
  households: number
  tags?: string[] | null
}

export interface ChartFloor {
  floor: number
  rooms?: ChartRoom[] | null
}

export interface ChartEntrance {
  number: string
  floors?: ChartFloor[] | null
}

export interface Chart {
  building: BuildingCard
  entrances?: ChartEntrance[] | null
  persons: boolean
}

export interface PersonCard {
  id: number
  name: string
  sex: string
  age: number
  id_number: string
  phone: string
  relation: string
  residency: string
  tags?: string[] | null
  unit_code: string
  address: string
}

export interface HouseholdCard {
  id: number
  people: number
  members?: PersonCard[] | null
}

export interface UnitCard {
  code: string
  building_code: string
  address: string
  entrance: string
  floor: number
  room: string
  use: string
  area_m2?: number
  people: number
  households?: HouseholdCard[] | null
  persons: boolean
}

export interface Revealed {
  id: number
  name: string
  id_number: string
  phone: string
}

export interface Hit {
  kind: HitKind
  code: string
  title: string
  detail: string
  lon: number
  lat: number
  building_code?: string
  score: number
  why?: string
}
