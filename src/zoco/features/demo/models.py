"""The demo market as data: who sells, who buys, and what stands on the stalls."""

from __future__ import annotations

from typing import Final

import msgspec


class DemoPerson(msgspec.Struct, frozen=True):
    """Somebody who does not exist; mail to them goes nowhere."""

    name: str
    email: str
    phone: str


class DemoProduct(msgspec.Struct, frozen=True, kw_only=True):
    """`picture` is a drawing of its own in `providers`; `price` in the shop's currency; `seller` counts in SELLERS."""

    picture: str
    title: str
    description: str
    english_title: str
    english: str
    category: str
    price: str
    stock: int
    seller: int


SELLERS: Final = (
    DemoPerson("Rosa Quispe", "rosa@example.com", "+51 984 555 120"),
    DemoPerson("Mateo Herrera", "mateo@example.com", "+34 612 555 048"),
)
CUSTOMER: Final = DemoPerson("Lucía Fernández", "lucia@example.com", "+57 310 555 0177")

SHELVES: Final = {
    "Cerámica": "Pottery",
    "Despensa": "Pantry",
    "Hogar": "Home",
    "Regalos": "Gifts",
    "Textiles": "Textiles",
}
"""The categories in English."""

PRODUCTS: Final = (
    DemoProduct(
        picture="ceramics:mug",
        title="Taza de gres esmaltada",
        description=(
            "Torneada a mano y esmaltada en azul profundo, con la base de barro a la vista. Caben 350 ml, "
            "justo un café largo. Apta para lavavajillas y microondas."
        ),
        english_title="Glazed stoneware mug",
        english=(
            "Thrown by hand and glazed in deep blue, with the bare clay showing at the foot. Holds 350 ml, "
            "just right for a long coffee. Safe in dishwasher and microwave."
        ),
        category="Cerámica",
        price="18.00",
        stock=24,
        seller=0,
    ),
    DemoProduct(
        picture="ceramics:vase",
        title="Jarrón de barro con flores secas",
        description=(
            "Un jarrón de cuello estrecho con una franja de engobe pintada a pincel. Llega con un ramo de "
            "trigo y siemprevivas que no pide agua. Mide 24 cm de alto."
        ),
        english_title="Clay vase with dried flowers",
        english=(
            "A narrow-necked vase with a band of slip painted by brush. Comes with a bunch of wheat and "
            "everlastings that asks for no water. 24 cm tall."
        ),
        category="Cerámica",
        price="36.50",
        stock=9,
        seller=0,
    ),
    DemoProduct(
        picture="textiles:poncho",
        title="Poncho de alpaca",
        description=(
            "Tejido en telar de cintura con lana de alpaca teñida con cochinilla y nogal. Abriga mucho y pesa "
            "poco. Talla única, con flecos anudados a mano."
        ),
        english_title="Alpaca poncho",
        english=(
            "Woven on a backstrap loom from alpaca wool dyed with cochineal and walnut. Very warm, very "
            "light. One size, with fringes knotted by hand."
        ),
        category="Textiles",
        price="94.00",
        stock=7,
        seller=0,
    ),
    DemoProduct(
        picture="textiles:hammock",
        title="Hamaca de algodón",
        description=(
            "Algodón grueso en franjas de colores, para una persona que piensa quedarse un buen rato. Aguanta "
            "150 kg. Incluye las cuerdas para colgarla."
        ),
        english_title="Cotton hammock",
        english=(
            "Thick cotton in bright stripes, for one person who means to stay a while. Bears 150 kg. Ropes to"
            " hang it are included."
        ),
        category="Textiles",
        price="68.00",
        stock=11,
        seller=1,
    ),
    DemoProduct(
        picture="home:basket",
        title="Cesta de mimbre con asas",
        description=(
            "Mimbre sin barnizar, trenzado en verde y secado al sol. Sirve para la compra, la leña o los "
            "juguetes. 38 cm de diámetro."
        ),
        english_title="Wicker basket with handles",
        english=("Unvarnished wicker, woven green and dried in the sun. For shopping, firewood or toys. 38 cm across."),
        category="Hogar",
        price="42.00",
        stock=13,
        seller=1,
    ),
    DemoProduct(
        picture="home:lamp",
        title="Lámpara de mesa de fibra natural",
        description=(
            "Una pantalla de fibra trenzada que llena la habitación de luz cálida. Pie de madera de haya "
            "torneada y cable de tela. Bombilla E27 incluida."
        ),
        english_title="Table lamp of natural fibre",
        english=(
            "A woven shade that fills the room with warm light. Foot of turned beech and a cloth-covered "
            "cable. E27 bulb included."
        ),
        category="Hogar",
        price="79.90",
        stock=6,
        seller=1,
    ),
    DemoProduct(
        picture="home:board",
        title="Tabla de cortar de olivo",
        description=(
            "De una sola pieza, así que no hay dos vetas iguales. Acabada con aceite de linaza y cera de "
            "abeja. 40 × 20 cm, con agujero para colgarla."
        ),
        english_title="Olive wood cutting board",
        english=(
            "Made of a single piece, so no two grains are alike. Finished with linseed oil and beeswax. 40 × "
            "20 cm, with a hole to hang it by."
        ),
        category="Hogar",
        price="34.00",
        stock=18,
        seller=1,
    ),
    DemoProduct(
        picture="home:candle",
        title="Vela de cera de soja y romero",
        description=(
            "Cera vegetal con aceite esencial de romero y una pizca de limón. Arde unas 40 horas sin humo. El "
            "vaso se aprovecha después."
        ),
        english_title="Soy wax and rosemary candle",
        english=(
            "Vegetable wax with essential oil of rosemary and a touch of lemon. Burns for about 40 hours "
            "without smoke. Keep the glass afterwards."
        ),
        category="Hogar",
        price="15.50",
        stock=40,
        seller=0,
    ),
    DemoProduct(
        picture="pantry:honey",
        title="Miel cruda de azahar",
        description=(
            "Cosechada en primavera entre naranjos y envasada sin calentar. Clara, floral y poco empalagosa. "
            "Tarro de 500 g con su cucharón de madera."
        ),
        english_title="Raw orange blossom honey",
        english=(
            "Gathered in spring among orange trees and put into jars without heating. Clear, flowery and not "
            "too sweet. 500 g jar with a wooden dipper."
        ),
        category="Despensa",
        price="11.20",
        stock=60,
        seller=1,
    ),
    DemoProduct(
        picture="pantry:coffee",
        title="Café de altura en grano",
        description=(
            "Variedad caturra cultivada a 1 800 metros y tostada cada martes. Sabe a panela, mandarina y "
            "cacao. Bolsa de 340 g con válvula."
        ),
        english_title="Mountain coffee beans",
        english=(
            "Caturra grown at 1,800 metres and roasted every Tuesday. Tastes of cane sugar, mandarin and "
            "cocoa. 340 g bag with a valve."
        ),
        category="Despensa",
        price="13.75",
        stock=52,
        seller=0,
    ),
    DemoProduct(
        picture="pantry:oil",
        title="Aceite de oliva virgen extra",
        description=(
            "Aceituna picual recogida en octubre y molida el mismo día. Verde, con un final que pica un poco. "
            "Botella de 500 ml."
        ),
        english_title="Extra virgin olive oil",
        english=(
            "Picual olives picked in October and pressed the same day. Green, with an ending that bites a "
            "little. 500 ml bottle."
        ),
        category="Despensa",
        price="16.40",
        stock=35,
        seller=1,
    ),
    DemoProduct(
        picture="gifts:notebook",
        title="Cuaderno cosido a mano",
        description=(
            "160 páginas de papel reciclado de 100 g que no traspasa la tinta. Tapas de cartón forrado en "
            "tela y costura vista. Tamaño A5."
        ),
        english_title="Hand-sewn notebook",
        english=(
            "160 pages of recycled 100 g paper that ink does not bleed through. Cloth-covered boards and "
            "visible stitching. A5."
        ),
        category="Regalos",
        price="14.00",
        stock=28,
        seller=0,
    ),
    DemoProduct(
        picture="gifts:earrings",
        title="Aretes de filigrana",
        description=(
            "Plata bañada en oro, trabajada hilo a hilo, con una gota de turquesa. Pesan menos de cuatro "
            "gramos. Llegan en una cajita de cartón."
        ),
        english_title="Filigree earrings",
        english=(
            "Gold-plated silver worked thread by thread, with a drop of turquoise. Each weighs less than four"
            " grams. They come in a little cardboard box."
        ),
        category="Regalos",
        price="46.00",
        stock=10,
        seller=0,
    ),
    DemoProduct(
        picture="gifts:soap",
        title="Jabón de lavanda y avena",
        description=(
            "Hecho en frío con aceite de oliva y curado seis semanas. Limpia sin resecar y huele a lavanda de "
            "verdad. Dos pastillas de 100 g."
        ),
        english_title="Lavender and oat soap",
        english=(
            "Made cold with olive oil and cured for six weeks. Cleans without drying the skin and smells of "
            "real lavender. Two bars of 100 g."
        ),
        category="Regalos",
        price="8.90",
        stock=75,
        seller=1,
    ),
)
