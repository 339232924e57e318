"""Labels on the pages: their settings, an own text column as the target, and the Data page."""

import json
import re

import pytest

from lib.data import DATASETS
from tests.app.driver import address, html, link, session, start, text, title, upload_file

LABELS = [name for name, spec in DATASETS.items() if spec.group == "Label"]
KINDS = ("calm", "gust", "storm")
WINDS = "\n".join(
    ["hour,wind,size,kind", *(f"{i},{(7 * i) % 11},{i % 4},{KINDS[i % 5 % 3]}" for i in range(120))]
).encode()


def menus(app):
    """Return the keys of all menus."""
    return {box.key for box in app.selectbox}


def winds():
    """Return the Data page with an uploaded table."""
    app = start("Data")
    upload_file(app, "winds.csv", WINDS)
    return app


def offered(app):
    """Return the columns of labels that buttons offer."""
    labels = [each.label for each in app.button]
    return [each.removeprefix("Predict ") for each in labels if each.startswith("Predict ")]


def specs(app):
    """Return all charts of the page as one text."""
    return " ".join(json.dumps(json.loads(chart.proto.spec)) for chart in app.get("plotly_chart"))


@pytest.mark.parametrize("page", ["Explore", "Data"])
@pytest.mark.parametrize("name", LABELS)
def test_each_dataset_of_labels_opens_by_its_link(name, page):
    """The bars and the confusion matrix name the classes, and no label is standardized."""
    app = link(page, data=name, mode="both")
    assert not [*app.error, *app.warning]
    assert address(app)["data"] == name
    assert session(app).subject.experiment.data.name == name
    classes = session(app).upload.last_good.dataset.classes
    if page == "Data":
        [balance] = [c.proto for c in app.get("plotly_chart") if "chart_balance" in c.proto.id]
        assert json.loads(balance.spec)["layout"]["yaxis"]["ticktext"] == [*classes]
    else:
        header = re.findall(r'<th scope="col" title="(.*?)">', html(app))
        assert header[: len(classes)] == [*classes]
    assert "Both are standardized" not in text(app)


def test_settings_of_labels_have_a_menu_only_where_they_apply():
    """Menus of losses and paddings have only the choices that the data allow."""
    of_labels, app = {"output", "weights", "padding"}, start(data="brackets")
    assert not of_labels & menus(start(data="parity"))
    assert menus(app) >= of_labels
    assert "mask" not in menus(app)
    losses = ["Cross-entropy, integers", "Cross-entropy, one-hot"]
    assert app.selectbox(key="loss").options == losses
    head = app.selectbox(key="head_fixed_dense")
    assert (head.disabled, head.options) == (True, ["Dense"])
    app.selectbox(key="padding").set_value("after").run()
    assert "mask" in menus(app)
    assert start(data="first_pattern").selectbox(key="loss").options == ["Binary cross-entropy"]
    vowels = start(data="vowels").selectbox(key="padding")
    assert vowels.options == ["After the sequence", "Before the sequence"]


def test_the_address_has_the_settings_of_labels():
    """A link sets them. Other data get a loss that fits, and weather has no other head."""
    query = {"data": "brackets", "padding": "before", "mask": "off", "output": "logits"}
    query |= {"weights": "classes", "loss": "onehot"}
    app = link("Explore", **query)
    assert address(app) == query
    app.selectbox(key="data").set_value("parity").run()
    assert "loss" not in address(app)
    assert app.selectbox(key="loss").value == "mse"
    app = start(data="echo")
    for name, loss in (("vowels", "sparse"), ("first_pattern", "binary"), ("weather", "sparse")):
        app.selectbox(key="data").set_value(name).run()
        assert address(app) == {"data": name}
        assert app.selectbox(key="loss").value == loss
    app = link("Explore", data="weather", head="none")
    assert session(app).subject.experiment.model.head == "dense"


def test_a_text_column_of_an_own_table_is_trained_as_labels(client):
    """The user uploads a table, chooses the text column, trains, and sees the classes."""
    app = winds()
    targets = app.multiselect(key="targets_widget")
    assert targets.value == ["size"]
    assert "kind (labels)" in targets.options
    targets.set_value(["kind"]).run()
    assert "3 classes" in title(app)
    assert "kind has 3 classes, numbered from 0: calm, gust, storm" in text(app)
    assert "0 = calm, 1 = gust, 2 = storm" in text(app)
    app.switch_page("app.py").run()
    app.button(key="do_train").click().run()
    (run,) = client.runs.values()
    assert (run.experiment.training.loss, run.dataset.classes) == ("sparse", KINDS)
    assert all(kind in specs(app) for kind in KINDS)
    assert "Dense 3 softmax" in text(app)
    assert "(N,) integers 0 to 2" in text(app)


def test_a_column_that_may_be_labels_is_offered_until_labels_are_chosen():
    """Text columns and the chosen target are offered first, then numbers with few whole values."""
    app = winds()
    assert offered(app) == ["kind (3 classes)", "size (4 classes)", "wind (11 classes)"]
    app.multiselect(key="targets_widget").set_value(["wind"]).run()
    assert offered(app) == ["kind (3 classes)", "wind (11 classes)", "size (4 classes)"]
    app.button(key="predict_kind").click().run()
    assert session(app).upload.last_good.dataset.classes == KINDS
    assert not offered(app)


def test_labels_are_not_mixed_with_numbers():
    """The choice stays, with a warning, until the user removes the column of numbers."""
    app = winds()
    targets = app.multiselect(key="targets_widget")
    targets.set_value(["size", "kind"]).run()  # size is the default, which isn't a choice
    assert app.multiselect(key="targets_widget").value == ["kind"]
    app.multiselect(key="targets_widget").set_value(["wind", "kind"]).run()
    assert "or one text column with labels" in app.warning[0].value
    assert app.multiselect(key="targets_widget").value == ["wind", "kind"]
    app.multiselect(key="targets_widget").set_value(["kind"]).run()
    assert not app.warning
    assert app.selectbox(key="form_fixed_value").disabled


def test_one_click_predicts_few_whole_numbers_as_classes():
    """The column is read as categories. It stays a target if the user chooses numbers again."""
    app = winds()
    app.button(key="predict_size").click().run()
    assert session(app).upload.last_good.dataset.classes == ("0", "1", "2", "3")
    assert address(app).items() >= {"types": "size:category", "targets": "size"}.items()
    app.multiselect(key="types_widget").set_value([]).run()
    assert session(app).upload.last_good.dataset.classes == ()
    assert app.selectbox(key="loss").value == "mse"
