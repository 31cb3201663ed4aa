"""What the catalogue refuses."""

from __future__ import annotations

from zoco.kit.errors import Conflict, Forbidden, Invalid, NotFound
from zoco.kit.text import N_


class ProductMissing(NotFound):
    code = "catalogue.product_missing"
    message = N_("This product does not exist.")


class CategoryMissing(NotFound):
    code = "catalogue.category_missing"
    message = N_("This category does not exist.")


class ChangedMeanwhile(Invalid):
    """What somebody else has just stored would be lost; the fields say how they are now."""

    code = "catalogue.changed_meanwhile"
    title = N_("Changed meanwhile")
    message = N_("Somebody else has changed this product meanwhile. Nothing is saved yet.")


class FormUsed(Invalid):
    """The form was sent before with other words, or its product is gone; nothing is stored, the fields say so."""

    code = "catalogue.form_used"
    title = N_("Form used before")
    message = N_("You have offered a product with this form already. Nothing further is stored yet.")


class OutOfStock(Conflict):
    """Fewer pieces are left than were asked for; params `title`, `available`."""

    code = "catalogue.out_of_stock"
    message = N_("We have only {available} of “{title}” left.")


class NotForSale(Conflict):
    """The product exists but is not offered now; param `title`."""

    code = "catalogue.not_for_sale"
    message = N_("“{title}” is not for sale at the moment.")


class NotYourProduct(Forbidden):
    code = "catalogue.not_yours"
    message = N_("Only its seller may change this product.")


class SellingClosed(Forbidden):
    """The shop chooses its sellers, and this is none of them, or no longer; what they offered stays as it is."""

    code = "catalogue.selling_closed"
    message = N_(
        "Your account may not sell in this shop, so it can neither add products nor change them. Ask the shop about it."
    )


class CategoryTaken(Conflict):
    """Its products could be put together with the other's instead; param `name`."""

    code = "catalogue.category_taken"
    message = N_("There is a category “{name}” already. Put the two together instead.")


class CategoryInUse(Conflict):
    """Param `name`."""

    code = "catalogue.category_in_use"
    message = N_("“{name}” still has products. Put it together with another category instead.")


class TooManyChosen(Conflict):
    """Param `most`."""

    code = "catalogue.too_many_chosen"
    message = N_(
        "One change is for at most {most} products, and these are more. Narrow the list first, perhaps by category."
    )


class UndoOver(Conflict):
    code = "catalogue.undo_over"
    message = N_("This change cannot be undone any more.")
