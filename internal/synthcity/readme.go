package synthcity

import (
	"fmt"
	"strings"

	"hearthmap/household"
)

// readme is README.txt: what the files are. It says nothing of when or where
// they were made, so that it too is the same every time.
func (c *city) readme() string {
	s := &c.sum
	var b strings.Builder
	fmt.Fprintf(&b, `和安市 (He'an City): a made-up city. Nothing in it exists, and nobody in it lives.
本目录全部数据均为程序虚构，与任何真实城市、小区、个人无关。

preset %s, seed %d, ages as of %s

areas.geojson       市 区 街道 社区 网格: %d polygons
compounds.geojson   小区与单位大院 (polygons) %d, 出入口 (points, kind=gate) %d
streets.geojson     道路 (lines) %d; barriers (lines, kind=river|railway); ground (polygons, kind=water|green|farm|…)
buildings.geojson   楼栋 (polygons) %d, 单元门 (points, kind=entrance) %d
units.csv           户室 %d, of which 住宅 %d
residents.csv       人员 %d, of whom %d live at their address
facilities.csv      设施 %d

GeoJSON: UTF-8, WGS 84, longitude and latitude in degrees.
units.csv: GB18030, CR LF. residents.csv, facilities.csv: UTF-8 without BOM, LF.
facilities.csv: coordinates are GCJ-02, as map vendors and many bureaus give them. All else is WGS 84.

Identity numbers carry the areas 990000–990099, which no person has; their check characters are right.
Telephone numbers have eleven digits and begin with 100; no such numbers are assigned.

Words: 性别 男 女; 与户主关系 户主 配偶 子女 父母 孙子女 兄弟姐妹 租户 其他; 人口类型 常住 流动 户籍 人户分离;
标签 (joined by ;) 低保 特困 残疾 独居老人 退役军人 留守儿童 党员; 用途 住宅 商住 商业 办公 工业 公共 配套 其他.
`, c.opt.Preset, c.opt.Seed, c.today.Format("2006-01-02"),
		s.Areas[household.LevelCity]+s.Areas[household.LevelDistrict]+s.Areas[household.LevelStreet]+s.Areas[household.LevelCommunity]+s.Areas[household.LevelGrid],
		s.Compounds, s.Gates, s.Streets, s.Buildings, s.Entrances, s.Units, s.Dwellings, s.Residents, s.Present, s.Facilities)
	return b.String()
}
