"""A small edition in which faults are planted: its two files, as text.

Belongs here: the edition of orchards, a family of fruit and an area of them. Does not belong here: any fault.
"""

EDITION = """\
key: orchards
title: Orchards
year: "2016"
organisation: orchard
scales:
  - {key: words, labels: [Good, Fair, Poor], colours: [green, amber, red]}
nodes:
  - rows: fruit
    where: {how: band}
    key: "{code}"
    name: "{name}"
    level: fruit
    steps:
      - {do: read, measure: "f/{code}", better: "{better}", provenance: found, source: A book}
      - {do: standardise, provenance: assumed, source: A guess}
  - key: area
    level: area
    scale: words
    steps:
      - do: mean
        of: {rows: fruit, where: {how: band}, each: {node: "{code}", weight: "{weight}"}}
        provenance: assumed
        source: A guess
      - {do: cuts, at: [1, 0], provenance: assumed, source: A guess}
      - do: put
        value: 3
        when: {all_of: [{of: "122", below: 0}]}
        because: It is so
        provenance: assumed
        source: A guess
rounds:
  - key: annual
    every: year
    levels: [area]
    provenance: found
    source: A book
    gates:
      - {key: apples, body: The panel, verifies: [area], provenance: found, source: A book}
leagues:
  - {of: area, by: [grade, score], provenance: assumed, source: A guess}
"""

FRUIT = """\
code,name,how,better,weight
101,Apples,band,higher,1
122,Pears,band,lower,2
130,Plums,other,lower,
"""
