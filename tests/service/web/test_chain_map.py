from __future__ import annotations

from models import ChainLink
from service.readers.chain_profile import read_chain_profile
from service.shipped import chain_profile_paths
from service.web.chain_map import LANE_HEIGHT, MANY_COLUMNS, NODE_GAP, NODE_HEIGHT, ChainMap, draw_map


def links(**positions: str) -> dict[str, ChainLink]:
    return {
        code: ChainLink(code=code, name=code, name_en=code, position=position)
        for code, position in positions.items()
    }


def left_of(drawn: ChainMap, code: str) -> float:
    return next(node.left_pct for node in drawn.nodes if node.link.code == code)


def test_positions_are_columns_from_left_to_right() -> None:
    row = links(ore="upstream", rod="midstream", wire="downstream")
    row["ore"].feeds, row["rod"].feeds = [row["rod"]], [row["wire"]]
    drawn = draw_map(list(row.values()))
    # Three columns and two gutters of 4.6: (100 − 9.2) / 3 = 30.267 wide, 34.867 apart.
    assert [node.left_pct for node in drawn.nodes] == [0.0, 34.867, 69.733]
    assert [column.position for column in drawn.columns] == ["upstream", "midstream", "downstream"]
    assert [(edge.source, edge.target) for edge in drawn.edges] == [("ore", "rod"), ("rod", "wire")]
    assert [node.is_fed for node in drawn.nodes] == [False, True, True]
    assert drawn.height == NODE_HEIGHT


def test_link_that_feeds_another_of_its_position_stands_before_it() -> None:
    row = links(melt="midstream", roll="midstream")
    row["melt"].feeds = [row["roll"]]
    drawn = draw_map(list(row.values()))
    assert left_of(drawn, "melt") < left_of(drawn, "roll")
    assert [column.width_pct for column in drawn.columns] == [100.0]


def test_long_edge_is_led_through_the_columns_between() -> None:
    row = links(ore="upstream", rod="midstream", wire="downstream")
    row["ore"].feeds = [row["rod"], row["wire"]]
    drawn = draw_map(list(row.values()))
    long = next(edge for edge in drawn.edges if edge.target == "wire")
    assert long.path.count("C") == 2
    assert long.path.count("L") == 1
    # The middle column holds a node and a lane.
    assert drawn.height == NODE_HEIGHT + NODE_GAP + LANE_HEIGHT


def test_edge_that_runs_back_is_told_apart() -> None:
    row = links(ore="upstream", scrap="downstream")
    row["ore"].feeds, row["scrap"].feeds = [row["scrap"]], [row["ore"]]
    drawn = draw_map(list(row.values()))
    assert [(source.code, target.code) for source, target in drawn.returns] == [("scrap", "ore")]
    assert len(drawn.edges) == 1


def test_loop_within_a_position_ends() -> None:
    row = links(a="midstream", b="midstream")
    row["a"].feeds, row["b"].feeds = [row["b"]], [row["a"]]
    drawn = draw_map(list(row.values()))
    assert len(drawn.nodes) == 2
    assert len(drawn.edges) + len(drawn.returns) == 2


def test_supporting_links_stand_below() -> None:
    row = links(ore="upstream", catalyst="supporting")
    row["catalyst"].feeds = [row["ore"]]
    drawn = draw_map(list(row.values()))
    assert [number for number, _ in drawn.supporting] == [2]
    assert [node.number for node in drawn.nodes] == [1]
    assert not drawn.edges


def test_chain_without_links_is_an_empty_map() -> None:
    drawn = draw_map([])
    assert (drawn.nodes, drawn.edges, drawn.columns, drawn.height) == ((), (), (), 0)


def test_order_within_a_column_keeps_lines_from_crossing() -> None:
    row = links(a="upstream", b="upstream", x="midstream", y="midstream")
    row["a"].feeds, row["b"].feeds = [row["y"]], [row["x"]]
    drawn = draw_map(list(row.values()))
    top = {node.link.code: node.top for node in drawn.nodes}
    assert (top["a"] < top["b"]) == (top["y"] < top["x"])


def test_nodes_of_the_shipped_chains_never_overlap() -> None:
    paths = chain_profile_paths()
    assert len(paths) == 10
    for path in paths:
        profile = read_chain_profile(path)
        row = links(**{link.code: link.position for link in profile.links})
        for link in profile.links:
            row[link.code].feeds = [row[code] for code in link.feeds]
        drawn = draw_map(list(row.values()))
        assert len(drawn.nodes) + len(drawn.supporting) == len(profile.links)
        assert drawn.is_narrow == (len({node.left_pct for node in drawn.nodes}) >= MANY_COLUMNS)
        for node in drawn.nodes:
            assert 0 <= node.left_pct <= 100 - drawn.node_width_pct + 0.01
            assert 0 <= node.top <= drawn.height - drawn.node_height
            below = [
                other.top for other in drawn.nodes if other.left_pct == node.left_pct and other.top > node.top
            ]
            assert all(top >= node.top + drawn.node_height for top in below)
