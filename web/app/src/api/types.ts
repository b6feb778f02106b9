// The shapes of the server's answers: names for the types made from its
// OpenAPI document (`npm run generate`), with the words it writes as plain
// strings narrowed to the ones there are. Distances are metres, coordinates
// WGS 84 degrees.
import type { FeatureCollection, MultiPolygon } from 'geojson'
import type { Scenario } from '../lib/scenario'
import type { components } from './schema'

type Schemas = components['schemas']
type Narrow<T, N> = Omit<T, keyof N | '$schema'> & N

export type Role = 'planner' | 'grid' | 'approver' | 'auditor' | 'admin'
export type AreaLevel = 'city' | 'district' | 'street' | 'community' | 'grid'
export type RoomState = 'vacant' | 'resident' | 'floating' | 'registered' | 'not_home'
export type Status = 'covered' | 'uncovered' | 'unreachable'
export type HitKind = 'compound' | 'building' | 'unit' | 'person' | 'facility' | 'area'
/** West, south, east, north. */
export type Bounds = [number, number, number, number]

export type Session = Narrow<Schemas['SessionBody'], { role: Role }>
export type DemoAccount = Narrow<Schemas['DemoAccount'], { role: Role }>
export type City = Narrow<Schemas['CityBody'], { bounds?: Bounds | null }>
export type Requirement = Schemas['Requirement']
export type Standard = Narrow<Schemas['StandardBody'], { requirements: Requirement[] }>
export type Area = Narrow<Schemas['AreaBody'], { level: AreaLevel; bounds: Bounds | null }>
export type AreaTotal = Schemas['AreaTotal']
export type AreaCoverage = Narrow<Schemas['AreaReport'], { level: AreaLevel; totals: AreaTotal[] }>
export type Gap = Narrow<Schemas['Gap'], { bounds: Bounds; outline: [number, number][][] }>
export type Equity = Schemas['Equity']
export type Target = Schemas['Target']
export type Measures = {
  capacity?: Narrow<Schemas['CapacityOf'], { supply: 'places' | 'facilities'; areas: Schemas['AreaCapacity'][] }>[]
  equity?: Narrow<Schemas['EquityOf'], { groups: Equity[] }>[]
  gaps?: Narrow<Schemas['GapsOf'], { gaps: Gap[] | null }>[]
  targets?: Narrow<Schemas['TargetResults'], { requirements: Schemas['Against'][] }>[]
}
export type CoverageResult = Narrow<Schemas['Coverage'], { level: AreaLevel; requirements: Requirement[]; areas: AreaCoverage[]; measures?: Measures }>
export type ReportRequest = Partial<Omit<Schemas['ReportRequest'], '$schema'>> & { standards: string[]; levels: string[] }
export type ReportJob = Narrow<Schemas['ReportJob'], { request: ReportRequest; files: Schemas['ReportFile'][] }>
export type SitingModel = 'mclp' | 'lscp' | 'pmedian'
export type SitingRequest = Omit<Schemas['SitingBody'], '$schema'>
export type PlannedSite = Schemas['PlannedSite']
export type SitingPlan = Narrow<Schemas['Plan'], { model: SitingModel; unit: 'people' | 'buildings'; sites: PlannedSite[] }>
export type Profile = 'standard' | 'adult' | 'elderly' | 'wheelchair'
export type WhatIfTotal = Narrow<Schemas['SummaryTotal'], { groups: Schemas['GroupDifference'][] }>
export type WhatIfArea = Narrow<Schemas['AreaDifference'], { totals: Schemas['TotalDifference'][] }>
export type WhatIf = Narrow<
  Schemas['WhatIf'],
  {
    summary: Narrow<Schemas['Summary'], { totals: WhatIfTotal[] }>
    areas: WhatIfArea[]
    placed: Schemas['Placed'][]
    buildings?: { requirement: string; gained: number[]; lost: number[]; nearer: number[]; farther: number[] }
  }
>
export type WhatIfRequest = { standard?: string; profile?: Profile; level?: AreaLevel; scenario: Scenario; buildings?: string }
export type SavedScenarioInfo = Omit<Schemas['SavedScenario'], '$schema' | 'scenario'>
export type SavedScenario = SavedScenarioInfo & { scenario: Scenario }
export type ScenarioRequest = { name: string; standard?: string; profile?: Profile; version?: number; scenario: Scenario }
export type IsochroneProperties = Narrow<Schemas['IsochroneProperties'], { groups: Schemas['GroupCount'][] }>
export type Isochrone = { type: 'FeatureCollection'; features: { type: 'Feature'; properties: IsochroneProperties; geometry: MultiPolygon }[] }
export type Ground = {
  gates: { code: string; name: string; open: boolean; lon: number; lat: number }[]
  streets: { code: string; name: string; line: [number, number][] }[]
}
export type Reach = Narrow<Schemas['ReachBody'], { status: Status }>
export type BuildingReaches = Narrow<Schemas['ReachesBody'], { reaches: Reach[] }>
export type BuildingCard = Omit<Schemas['BuildingCard'], '$schema'>
export type ChartRoom = Narrow<Schemas['ChartRoom'], { state: RoomState }>
export type ChartFloor = Narrow<Schemas['ChartFloor'], { rooms: ChartRoom[] | null }>
export type ChartEntrance = Narrow<Schemas['ChartEntrance'], { floors: ChartFloor[] | null }>
export type Chart = Narrow<Schemas['Chart'], { building: BuildingCard; entrances: ChartEntrance[] | null }>
export type PersonCard = Omit<Schemas['PersonCard'], '$schema'>
export type HouseholdCard = Narrow<Schemas['HouseholdCard'], { members?: PersonCard[] | null }>
export type UnitCard = Narrow<Schemas['UnitCard'], { households: HouseholdCard[] | null }>
export type Revealed = Omit<Schemas['Revealed'], '$schema'>
export type Hit = Narrow<Schemas['Hit'], { kind: HitKind }>

export type ImportFile = Omit<Schemas['ImportFile'], '$schema'>
export type ImportEncoding = Narrow<Schemas['ImportEncoding'], { header: string[] }>
export type ImportColumn = Narrow<Schemas['ImportColumn'], { samples: string[] }>
export type ImportEvidence = Narrow<Schemas['ImportEvidence'], { measure: string }>
export type ImportDatum = Narrow<Schemas['ImportDatum'], { evidence: ImportEvidence[] }>
export type ImportProblem = Narrow<Schemas['ImportProblem'], { first_rows: number[] }>
export type ImportLayer = Narrow<Schemas['ImportLayer'], { columns: string[]; lacks: string[] }>
export type ImportFindings = Narrow<
  Schemas['ImportFindings'],
  { encodings: ImportEncoding[]; columns: ImportColumn[]; fields: string[]; datums: ImportDatum[]; missing: string[]; problems: ImportProblem[]; notes: string[]; notes_zh: string[]; layers: ImportLayer[]; sample: FeatureCollection }
>
export type ImportReport = Narrow<Schemas['ImportReport'], { notes: string[]; notes_zh: string[] }>
export type ImportJob = Narrow<Schemas['ImportJob'], { report?: ImportReport }>
export type ImportRequest = Omit<Schemas['ImportRequest'], '$schema' | 'kind'> & { kind: string }
export type ImportBatch = Schemas['ImportBatch']
export type ImportUndoReason = Narrow<Schemas['ImportUndoReason'], { codes: string[] }>
export type ImportUndo = Narrow<Schemas['ImportUndo'], { reasons: ImportUndoReason[]; later: number[] }>

export type AddressOutcome = 'unknown' | 'differs' | 'similar' | 'agrees'
export type AddressPart = Narrow<Schemas['AddressPart'], { outcome: AddressOutcome }>
export type AddressCandidate = Narrow<Schemas['AddressCandidate'], { parts: AddressPart[] }>
export type AddressReview = Narrow<Schemas['AddressReview'], { candidates: AddressCandidate[] }>
export type AddressList = Narrow<Schemas['AddressList'], { reviews: AddressReview[] }>
export type AddressRow = Schemas['AddressRow']
export type AddressChoice = Schemas['AddressChoice']
export type AddressAcceptance = Narrow<Schemas['AddressAcceptance'], { refused: Schemas['AddressRefuse'][] }>

export type PairEntry = Schemas['PairEntry']
export type PairReason = Schemas['PairReason']
export type Pair = Narrow<Schemas['Pair'], { reasons: PairReason[] }>
export type PairList = Narrow<Schemas['PairList'], { pairs: Pair[] }>
export type PeopleMerge = Schemas['PeopleMerge']
export type Unmerged = Omit<Schemas['Unmerged'], '$schema'>

export type AuditEntry = Narrow<Schemas['AuditEntry'], { role: Role | '' }>
export type AuditPage = { entries: AuditEntry[]; next?: number }
export type AuditVerdict = { entries: number; whole: boolean; problems: string[] }
