"""The rules of carts."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from tests.samples import HOME, a_cart, a_product, an_item, usd

from zoco.features.cart.errors import CartEmpty, CartFull, CartPurchased, CartTooDear, ItemMissing
from zoco.features.cart.models import MOST_ITEMS, Address, Cart, CartStatus, Change, merged, refreshed
from zoco.features.catalogue.errors import NotForSale, OutOfStock
from zoco.features.catalogue.models import ProductStatus
from zoco.kit.errors import Invalid
from zoco.kit.ids import ProductId

TAZA = a_product(title="Taza", price=usd(1250), stock=10)
JARRA = a_product(title="Jarra", price=usd(3000), stock=2)


def test_a_new_product_stands_last_at_its_present_price() -> None:
    cart = a_cart(an_item(TAZA)).with_item(JARRA, 2)
    assert cart.items == (an_item(TAZA), an_item(JARRA, 2))


def test_a_product_that_is_there_keeps_its_place_and_takes_the_present_price() -> None:
    cart = a_cart(an_item(TAZA, unit_price=usd(900)), an_item(JARRA)).with_item(TAZA, 4)
    assert cart.items == (an_item(TAZA, 4), an_item(JARRA))


def test_more_than_the_stock_does_not_go_into_a_cart() -> None:
    with pytest.raises(OutOfStock):
        a_cart().with_item(JARRA, 3)


def test_what_is_not_for_sale_does_not_go_into_a_cart() -> None:
    with pytest.raises(NotForSale):
        a_cart().with_item(a_product(status=ProductStatus.HIDDEN), 1)


def test_a_full_cart_takes_no_further_product_but_another_quantity_of_one_it_has() -> None:
    held = [a_product() for _ in range(MOST_ITEMS)]
    cart = a_cart(*map(an_item, held))
    assert cart.with_item(held[0], 2).quantity_of(held[0].id) == 2
    with pytest.raises(CartFull) as refusal:
        cart.with_item(TAZA, 1)
    assert refusal.value.params == {"most": MOST_ITEMS}


def test_the_quantity_of_a_product_that_is_not_there_is_zero() -> None:
    cart = a_cart(an_item(TAZA, 3))
    assert (cart.quantity_of(TAZA.id), cart.quantity_of(JARRA.id)) == (3, 0)
    assert cart.item(JARRA.id) is None


def test_a_product_is_taken_out() -> None:
    assert a_cart(an_item(TAZA), an_item(JARRA)).without(TAZA.id).items == (an_item(JARRA),)


def test_what_is_not_there_cannot_be_taken_out() -> None:
    with pytest.raises(ItemMissing):
        a_cart(an_item(TAZA)).without(JARRA.id)


def test_emptying_keeps_the_address() -> None:
    cart = a_cart(an_item(TAZA), delivery_address=HOME).emptied()
    assert (cart.items, cart.delivery_address) == ((), HOME)


def test_buying_marks_the_cart_and_each_item() -> None:
    cart = a_cart(an_item(TAZA), an_item(JARRA)).purchased()
    assert {cart.status, *(item.status for item in cart.items)} == {CartStatus.PURCHASED}


def test_an_empty_cart_cannot_be_bought() -> None:
    with pytest.raises(CartEmpty):
        a_cart().purchased()


def test_a_cart_that_costs_more_than_any_order_may_cannot_be_bought() -> None:
    dear = an_item(TAZA, 1_000_000, unit_price=usd(10**9))
    a_cart(dear).purchased()
    with pytest.raises(CartTooDear):
        a_cart(dear, an_item(JARRA)).purchased()


@pytest.mark.parametrize(
    "change",
    [
        lambda cart: cart.with_item(TAZA, 1),
        lambda cart: cart.without(TAZA.id),
        lambda cart: cart.emptied(),
        lambda cart: cart.purchased(),
        lambda cart: cart.check_active(),
    ],
    ids=["with_item", "without", "emptied", "purchased", "check_active"],
)
def test_a_bought_cart_stays_as_it_is(change: Callable[[Cart], object]) -> None:
    with pytest.raises(CartPurchased):
        change(a_cart(an_item(TAZA), status=CartStatus.PURCHASED))


def test_the_total_is_the_sum_of_the_subtotals() -> None:
    cart = a_cart(an_item(TAZA, 2), an_item(JARRA))
    assert [item.subtotal for item in cart.items] == [usd(2500), usd(3000)]
    assert cart.total("USD") == usd(5500)
    assert a_cart().total("USD") == usd(0)


def test_refreshing_a_cart_that_still_holds_changes_nothing() -> None:
    cart = a_cart(an_item(TAZA, 10), an_item(JARRA, 2))
    assert refreshed(cart, {TAZA.id: TAZA, JARRA.id: JARRA}) == (cart, ())


def test_refreshing_leaves_out_what_is_gone_and_tells() -> None:
    sold_out = a_product(title="Plato", stock=0)
    hidden = a_product(title="Vaso", status=ProductStatus.HIDDEN)
    unknown = a_product()
    cart = a_cart(an_item(sold_out), an_item(hidden), an_item(unknown), an_item(TAZA))
    changed, told = refreshed(cart, {p.id: p for p in (sold_out, hidden, TAZA)})
    assert changed.items == (an_item(TAZA),)
    assert told == (Change("gone", "Plato"), Change("gone", "Vaso"), Change("gone", ""))


def test_refreshing_caps_at_the_stock_and_takes_the_present_price_and_tells_both() -> None:
    cart = a_cart(an_item(JARRA, 5, unit_price=usd(1)))
    changed, told = refreshed(cart, {JARRA.id: JARRA})
    assert changed.items == (an_item(JARRA, 2),)
    assert told == (Change("fewer", "Jarra", 2), Change("price", "Jarra"))


def test_refreshing_leaves_out_what_does_not_fit_and_tells() -> None:
    held = [a_product() for _ in range(MOST_ITEMS)]
    cart = a_cart(*map(an_item, held), an_item(TAZA))
    changed, told = refreshed(cart, {p.id: p for p in (*held, TAZA)})
    assert changed.items == cart.items[:MOST_ITEMS]
    assert told == (Change("full", "Taza"),)


def test_merging_adds_up_and_keeps_the_owners_order_and_address() -> None:
    away = msgspec.structs.replace(HOME, city="Oviedo")
    own = a_cart(an_item(TAZA, 1), delivery_address=HOME)
    guest = a_cart(an_item(JARRA, 1), an_item(TAZA, 2), delivery_address=away)
    both = merged(own, guest)
    assert both.items == (an_item(TAZA, 3), an_item(JARRA, 1))
    assert (both.id, both.delivery_address) == (own.id, HOME)


def test_merging_takes_the_guests_address_where_the_owner_has_none() -> None:
    assert merged(a_cart(), a_cart(delivery_address=HOME)).delivery_address == HOME


def test_the_price_that_the_buyer_saw_last_is_the_guests() -> None:
    own, guest = a_cart(an_item(TAZA, unit_price=usd(1))), a_cart(an_item(TAZA, unit_price=usd(2)))
    assert merged(own, guest).items == (an_item(TAZA, 2, unit_price=usd(2)),)


@pytest.mark.parametrize("field", ["recipient", "line1", "city", "country"])
def test_an_address_needs_recipient_street_city_and_country(field: str) -> None:
    given = {"recipient": "Eva", "line1": "Calle 1", "city": "León", "country": "ES"}
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.convert({**given, field: ""}, Address)
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.convert({name: text for name, text in given.items() if name != field}, Address)


def test_an_address_is_kept_without_the_space_around_its_lines() -> None:
    given = Address(
        recipient=" Eva\r\n Ruiz ", line1="Calle 1", city="León\t", country="ES", notes=" Llamar.\nDos veces. "
    )
    tidied = given.tidied()
    assert (tidied.recipient, tidied.city, tidied.notes) == ("Eva Ruiz", "León", "Llamar.\nDos veces.")


@pytest.mark.parametrize("field", ["recipient", "line1", "city", "country"])
def test_nothing_but_space_is_no_address(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        msgspec.structs.replace(HOME, **{field: " \u00a0"}).tidied()
    assert [(error.field, error.code) for error in refused.value.errors] == [(f"delivery_address.{field}", "required")]


def test_an_item_is_found_by_its_product() -> None:
    cart = a_cart(an_item(TAZA), an_item(JARRA))
    assert cart.item(JARRA.id) == an_item(JARRA)
    assert cart.item(ProductId("nothing")) is None
