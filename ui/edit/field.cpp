#include <ui/edit/field.h>

#include <ui/edit/remarktext.h>

#include <QCheckBox>
#include <QComboBox>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSpinBox>

namespace turnspit {
namespace {

QString quotedOrNone(const QString& text)
{
    return text.isEmpty() ? QString() : quotedToml(text);
}

QString numbersOf(const QJsonValue& value)
{
    QStringList numbers;
    const QJsonArray array = value.toArray();
    for (const QJsonValue& number : array)
        numbers += QString::number(number.toInteger());
    return numbers.join(QStringLiteral(", "));
}

QString typedForm(const QJsonValue& value)
{
    if (value.isString())
        return value.toString();
    if (value.isBool())
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    if (value.isDouble())
        return QString::number(value.toDouble(), 'g', 15);
    if (value.isArray()) // JSON arrays of strings and numbers are TOML as well
        return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    return {};
}

} // namespace

Field::Field(QString key, QWidget* editor, Read read, Write write)
    : QObject(editor), m_key(std::move(key)), m_editor(editor), m_read(std::move(read)), m_write(std::move(write)), m_loaded(m_read())
{
}

void Field::load(const QJsonValue& value)
{
    m_loading = true;
    m_write(value);
    m_loading = false;
    m_loaded = m_read();
}

void Field::changed()
{
    if (!m_loading)
        Q_EMIT edited();
}

Field* Field::text(const QString& key, QLineEdit* edit)
{
    edit->setObjectName(objectNameOf(key, QStringLiteral("Edit")));
    auto* field = new Field(
        key, edit, [edit] { return quotedOrNone(edit->text()); },
        [edit](const QJsonValue& value) {
            if (edit->text() != value.toString())
                edit->setText(value.toString());
        });
    connect(edit, &QLineEdit::textChanged, field, &Field::changed);
    return field;
}

Field* Field::word(const QString& key, QComboBox* box, const QList<std::pair<QString, QString>>& words)
{
    box->setObjectName(objectNameOf(key, QStringLiteral("Box")));
    for (const auto& [word, shown] : words)
        box->addItem(shown, word);
    auto* field = new Field(
        key, box, [box] { return quotedOrNone(box->currentData().toString()); },
        [box](const QJsonValue& value) {
            if (const int index = box->findData(value.toString()); index >= 0)
                box->setCurrentIndex(index);
        });
    connect(box, &QComboBox::currentIndexChanged, field, &Field::changed);
    return field;
}

Field* Field::editableWord(const QString& key, QComboBox* box)
{
    box->setObjectName(objectNameOf(key, QStringLiteral("Box")));
    box->setEditable(true);
    box->setInsertPolicy(QComboBox::NoInsert);
    auto* field = new Field(
        key, box, [box] { return quotedOrNone(box->currentText().trimmed()); },
        [box](const QJsonValue& value) { box->setCurrentText(value.toString()); });
    connect(box, &QComboBox::currentTextChanged, field, &Field::changed);
    return field;
}

Field* Field::flag(const QString& key, QCheckBox* box)
{
    box->setObjectName(objectNameOf(key, QStringLiteral("Box")));
    auto* field = new Field(
        key, box, [box] { return box->isChecked() ? QStringLiteral("true") : QStringLiteral("false"); },
        [box](const QJsonValue& value) { box->setChecked(value.toBool(box->isChecked())); });
    connect(box, &QCheckBox::toggled, field, &Field::changed);
    return field;
}

Field* Field::number(const QString& key, QSpinBox* box)
{
    box->setObjectName(objectNameOf(key, QStringLiteral("Box")));
    auto* field = new Field(
        key, box, [box] { return QString::number(box->value()); },
        [box](const QJsonValue& value) { box->setValue(value.toInt(box->value())); });
    connect(box, &QSpinBox::valueChanged, field, &Field::changed);
    return field;
}

Field* Field::numbers(const QString& key, QLineEdit* edit)
{
    edit->setObjectName(objectNameOf(key, QStringLiteral("Edit")));
    auto* field = new Field(
        key, edit,
        [edit] {
            static const QRegularExpression gaps(QStringLiteral("[\\s,;]+"));
            const QStringList numbers = edit->text().split(gaps, Qt::SkipEmptyParts);
            return numbers.isEmpty() ? QString() : QStringLiteral("[%1]").arg(numbers.join(QStringLiteral(", ")));
        },
        [edit](const QJsonValue& value) { edit->setText(numbersOf(value)); });
    connect(edit, &QLineEdit::textChanged, field, &Field::changed);
    return field;
}

Field* Field::anything(const QString& key, QLineEdit* edit)
{
    edit->setObjectName(objectNameOf(key, QStringLiteral("Edit")));
    auto* field = new Field(
        key, edit, [edit] { return edit->text().trimmed(); }, [edit](const QJsonValue& value) { edit->setText(typedForm(value)); });
    connect(edit, &QLineEdit::textChanged, field, &Field::changed);
    return field;
}

QJsonValue valueAt(const QJsonObject& values, const QString& key)
{
    QJsonValue value(values);
    const QStringList parts = key.split(QLatin1Char('.'));
    for (const QString& part : parts)
        value = value.toObject().value(part);
    return value;
}

QString objectNameOf(const QString& key, const QString& what)
{
    QString name;
    bool capital = false;
    for (const QChar c : key) {
        if (c == u'.' || c == u'_') {
            capital = true;
            continue;
        }
        name += capital ? c.toUpper() : c;
        capital = false;
    }
    return name + what;
}

} // namespace turnspit
